import type { FromPrimary, FromWorker } from './messages';

/** Sends to one worker; without effect to one that is gone. */
export type SendTo = (worker: number, message: FromPrimary) => void;

/** Passes on what workers tell each other: only the primary reaches them all. */
export interface Relay {
  /** A worker listens from now on. */
  join(worker: number): void;
  leave(worker: number): void;
  take(worker: number, message: FromWorker): void;
}

/** What one worker has asked the others. */
interface Asking {
  readonly from: number;
  readonly id: number;
  /** Who has not answered yet. */
  readonly open: Set<number>;
  readonly answers: unknown[];
}

export function createRelay(send: SendTo): Relay {
  const members = new Set<number>();
  const asks = new Map<string, Asking>();
  const others = (worker: number) => [...members].filter((each) => each !== worker);

  /** What one worker need no longer be waited for. */
  function settle(ask: string, worker: number, answer?: unknown): void {
    const waiting = asks.get(ask);
    if (waiting === undefined) return;
    waiting.open.delete(worker);
    if (answer !== undefined) waiting.answers.push(answer);
    if (waiting.open.size > 0) return;
    asks.delete(ask);
    send(waiting.from, { kind: 'asked', id: waiting.id, answers: waiting.answers });
  }

  function ask(from: number, { id, told }: Extract<FromWorker, { kind: 'ask' }>): void {
    const key = `${from}:${id}`;
    const open = new Set(others(from));
    asks.set(key, { from, id, open, answers: [] });
    for (const worker of open) send(worker, { kind: 'told', from, told, ask: key });
    settle(key, from);
  }

  return {
    join(worker) {
      for (const each of members) send(each, { kind: 'joined' });
      members.add(worker);
    },
    leave(worker) {
      members.delete(worker);
      for (const each of members) send(each, { kind: 'gone', worker });
      for (const key of asks.keys()) settle(key, worker);
    },
    take(from, message) {
      if (message.kind === 'ask') ask(from, message);
      if (message.kind === 'done') settle(message.ask, from, message.answer);
      if (message.kind !== 'tell') return;
      for (const worker of others(from)) send(worker, { kind: 'told', from, told: message.told });
    },
  };
}
