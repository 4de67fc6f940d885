import { readdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PROJECTS } from '../composeFiles';
import { DEPLOY, run } from './running';

/* The compose files as docker compose reads them: its schema, includes, extends, references, and consistency. */

const COMPOSE = path.join(DEPLOY, 'compose');
const project = z.looseObject({
  services: z.record(z.string(), z.looseObject({ image: z.string() })),
});

test.each(readdirSync(COMPOSE).filter((name) => name.endsWith('.yaml')))(
  '%s is a project, with the services that the tests know of',
  (name) => {
    const { code, out, err } = run('compose-go', ['-format', 'json', name], { cwd: COMPOSE });
    expect([code, err]).toEqual([0, '']);
    const { services } = project.parse(JSON.parse(out));
    const known = PROJECTS.find((one) => one.name === name)?.services;
    expect(Object.keys(services).sort()).toEqual(Object.keys(known ?? {}).sort());
  },
);

test('a file with a mistake would not pass', () => {
  const text = 'services: { gateway: { image: a, read-only: true } }';
  const { code } = run('compose-go', ['/dev/stdin'], { cwd: COMPOSE, input: text });
  expect(code).not.toBe(0);
});
