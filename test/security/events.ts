import { readFileSync } from 'node:fs';
import { z } from 'zod';

/* The audit's file, read as what it is: AuditEvents, one a line. */

const coding = z.looseObject({ code: z.string() });
const event = z.looseObject({
  resourceType: z.literal('AuditEvent'),
  type: coding,
  subtype: z.array(coding).default([]),
  outcome: z.string(),
  outcomeDesc: z.string().optional(),
  agent: z.array(z.looseObject({ requestor: z.boolean() })),
  entity: z.array(z.looseObject({ query: z.string().optional() })).default([]),
});
export type Event = z.output<typeof event>;

/** All events of a file. */
export function eventsIn(file: string): Event[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => event.parse(JSON.parse(line)));
}

/** What an event tells, all of it, queries decoded. */
export function textOf(one: Event): string {
  const queries = one.entity.map(({ query = '' }) => Buffer.from(query, 'base64').toString());
  return [JSON.stringify(one), ...queries].join('\n');
}
