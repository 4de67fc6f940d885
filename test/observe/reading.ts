import { setTimeout as pause } from 'node:timers/promises';
import { startGateway, type Got, type Running } from '../gateway/running';

/* Reading what operators read. */

export const TOKEN = 'a-metrics-token-of-more-than-32-letters';
export const BEARER = { authorization: `Bearer ${TOKEN}` };

/** A gateway whose `/metrics` and `/status` open to {@link TOKEN}. */
export function startWatched(
  pacsUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  return startGateway(pacsUrl, { METRICS_TOKEN: TOKEN, ...env });
}

export function ask(running: Running, path: string, init: RequestInit = {}): Promise<Got> {
  return running.get(`${running.url}${path}`, { headers: BEARER, ...init });
}

/** Values by series, as the text format writes them: `name{label="value"}`. */
export type Series = ReadonlyMap<string, number>;

export function readSeries(text: string): Series {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

export async function metricsOf(running: Running): Promise<Series> {
  const { status, text } = await ask(running, '/metrics');
  if (status !== 200) throw new Error(`${status}: ${text}`);
  return readSeries(text);
}

/** Waits until a series has a value: answers are counted when the last byte has left. */
export async function untilSeries(
  running: Running,
  series: string,
  value: number,
): Promise<Series> {
  for (let tries = 0; ; tries++) {
    const read = await metricsOf(running);
    if (read.get(series) === value || tries > 100) return read;
    await pause(20);
  }
}
