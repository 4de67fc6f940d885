import { startAuthority } from '../security/authority';
import { ask, keepAliveAgent } from './ask';
import type { Child, Children } from './child';
import { checkContent, type Scenario, type Scenarios } from './scenarios';
import { compareThroughput, type Compared, type Effort } from './throughput';

/*
 * Answers that are sent out of memory: beside them Express and `node:http` sending the same bytes.
 */

/** A measured answer out of memory. */
export interface Warm {
  /** For example `warm.search.jwt`. */
  readonly name: string;
  readonly title: string;
  readonly bytes: number;
  readonly compared: Compared<'gateway' | 'express' | 'bare'>;
}

/** Memory of the gateway's process at three times, in bytes. */
export interface Memory {
  readonly started: number;
  readonly warm: number;
  readonly loaded: number;
}

interface Answered {
  readonly scenario: Scenario;
  readonly title: string;
  readonly bytes: number;
}

/** What clients ask with that need no token. */
const NOBODY = {};

export async function measureWarm(
  children: Children,
  gateway: Child,
  pacsUrl: string,
  { page, read }: Scenarios,
  effort: Effort,
): Promise<{ rows: Warm[]; memory: Omit<Memory, 'started'> }> {
  const answers = [await warmUp(gateway, page, NOBODY), await warmUp(gateway, read, NOBODY)];
  const warm = (await gateway.usage()).rss;
  const copied = {
    BENCH_COPY: gateway.url,
    BENCH_PATHS: answers.map(({ scenario }) => scenario.path).join(' '),
  };
  const express = await children.start('express', copied);
  const bare = await children.start('bare', copied);
  const servers = { gateway, express, bare };
  const rows = await measureAll(servers, answers, effort, NOBODY, { name: '', title: '' });
  const loaded = (await gateway.usage()).rss;
  const authority = await startAuthority();
  const env = { PACS_URL: pacsUrl, AUTH_MODE: 'jwt', RATE_LIMIT_SEARCHES: '0', ...authority.env };
  const guarded = await children.start('gateway', env);
  const token = await authority.sign({ scope: 'system/*.rs', client_id: 'bench' });
  const bearer = { Authorization: `Bearer ${token}` };
  for (const { scenario } of answers) await warmUp(guarded, scenario, bearer);
  const withTokens = { ...servers, gateway: guarded };
  const addition = { name: '.jwt', title: ', with a JWT' };
  rows.push(...(await measureAll(withTokens, answers, effort, bearer, addition)));
  for (const child of [guarded, express, bare]) await child.stop();
  await authority.close();
  return { rows, memory: { warm, loaded } };
}

type Headers = Readonly<Record<string, string>>;

async function warmUp(gateway: Child, scenario: Scenario, headers: Headers): Promise<Answered> {
  const agent = keepAliveAgent(false, 1);
  const { body } = await ask({ url: new URL(gateway.url + scenario.path), agent, headers });
  const { studies, instances } = checkContent(scenario, body);
  const title = `${scenario.title}: ${studies} ${studies === 1 ? 'study' : 'studies'}, ${instances} instances`;
  return { scenario, title, bytes: body.length };
}

async function measureAll(
  servers: Readonly<Record<'gateway' | 'express' | 'bare', Child>>,
  answers: readonly Answered[],
  effort: Effort,
  headers: Headers,
  addition: Pick<Warm, 'name' | 'title'>,
): Promise<Warm[]> {
  const rows: Warm[] = [];
  for (const { scenario, title: content, bytes } of answers) {
    const title = content + addition.title;
    process.stderr.write(`bench: warm ${title} …\n`);
    const compared = await compareThroughput(servers, scenario.path, effort, headers);
    rows.push({ name: `warm.${scenario.title}${addition.name}`, title, bytes, compared });
  }
  return rows;
}
