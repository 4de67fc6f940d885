import type { Heard, PeerListener, Peers, Told } from '../gateway/peers';
import type { FromPrimary, FromWorker } from './messages';

/** The other workers, as one of them knows them. */
export interface PeerChannel extends Peers {
  /** Takes a message of the primary's that is about other workers. */
  hear(message: FromPrimary): void;
}

/** What is told soon goes together, so that it costs little beside a request. */
const GATHER_MS = 20;
/** How long the others may take to act on what they are told; a worker that hangs must not hang an operator. */
const ASK_MS = 2000;

/** @param send to the primary, which passes it on */
export function createPeers(send: (message: FromWorker) => void): PeerChannel {
  const gathered: Told[] = [];
  const asked = new Map<number, (heard: Heard) => void>();
  let listener: PeerListener | undefined;
  let next = 1;
  const answerWith = async (ask: string, answers: readonly unknown[]) => {
    const [answer] = await Promise.all(answers);
    send({ kind: 'done', ask, answer });
  };
  const flush = () => send({ kind: 'tell', told: gathered.splice(0) });
  return {
    tell(told) {
      if (gathered.push(told) === 1) setTimeout(flush, GATHER_MS).unref();
    },
    tellAll(told) {
      const id = next++;
      return new Promise((resolve) => {
        const late = () => asked.get(id)?.({ all: false, answers: [] });
        const timer = setTimeout(late, ASK_MS).unref();
        asked.set(id, (heard) => {
          clearTimeout(timer);
          asked.delete(id);
          resolve(heard);
        });
        send({ kind: 'ask', id, told: [told] });
      });
    },
    listen(given) {
      listener = given;
    },
    hear(message) {
      if (message.kind === 'told') {
        const answers = message.told.map((told) => listener?.told(told, message.from));
        if (message.ask !== undefined) void answerWith(message.ask, answers);
      } else if (message.kind === 'asked') {
        asked.get(message.id)?.({ all: true, answers: message.answers });
      } else if (message.kind === 'joined') listener?.joined();
      else if (message.kind === 'gone') listener?.gone(message.worker);
    },
  };
}
