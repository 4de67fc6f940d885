import { Readable } from 'node:stream';
import { Problem } from '../errors';

/** A part of a multipart body: its headers, names in lower case, and its bytes. */
export interface BodyPart {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/** Bytes of the headers of one part, or of what stands before the first, at most. */
const MOST_HEADER_BYTES = 16_384;
const LINE_END = '\r\n';
const HEADERS_END = '\r\n\r\n';
/** The least that shows whether a delimiter is the closing one. */
const DASHES = '--';

/**
 * Splits a multipart body (RFC 2046 5.1) as it is read: nothing is asked of the archive that nobody waits for. Each
 * part must be read to its end before the next is asked for. A body that fails, or ends before its closing
 * boundary, fails the part at hand and the iteration.
 *
 * Ours, because the splitters of npm are pushed to: the kept one (`Dicer`) stopped for ever on one body in ten, waiting
 * for a `drain` that does not come.
 *
 * @param body a multipart body
 * @param boundary its boundary, without the leading dashes
 */
export async function* readParts(body: Readable, boundary: string): AsyncGenerator<BodyPart> {
  // The line end before a delimiter belongs to it (5.1.1); the first one may stand at the very start.
  const source = openSource(body, Buffer.from(LINE_END));
  const delimiter = Buffer.from(`${LINE_END}--${boundary}`);
  try {
    await source.until(delimiter, MOST_HEADER_BYTES);
    while ((await source.peek(DASHES.length)).toString('latin1') !== DASHES) {
      const head = await source.until(Buffer.from(HEADERS_END), MOST_HEADER_BYTES);
      const part = Readable.from(source.upTo(delimiter), { objectMode: false });
      yield { headers: readHeaders(head.toString('latin1')), body: part };
      if (!part.readableEnded) throw new Error('a part was not read to its end');
    }
  } finally {
    body.destroy();
  }
}

/** Headers by their names; whatever stands behind the delimiter in its line is padding. */
function readHeaders(head: string): Record<string, string> {
  const [, ...lines] = head.split(LINE_END);
  const entries = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return Object.fromEntries(entries);
}

/** Bytes that are taken from a stream as they are wanted. */
interface Source {
  /** The next bytes, which stay. */
  peek(bytes: number): Promise<Buffer>;
  /** What stands before a mark; both are taken. */
  until(mark: Buffer, most: number): Promise<Buffer>;
  /** The same piece by piece, of any length. */
  upTo(mark: Buffer): AsyncGenerator<Buffer>;
}

function openSource(body: Readable, start: Buffer): Source {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let held: Buffer = start;

  async function more(): Promise<void> {
    const next = await chunks.next();
    if (next.done === true) throw broken();
    held = Buffer.concat([held, next.value]);
  }

  return {
    async peek(bytes) {
      while (held.length < bytes) await more();
      return held.subarray(0, bytes);
    },
    async until(mark, most) {
      while (!held.includes(mark)) {
        if (held.length > most) throw broken();
        await more();
      }
      const at = held.indexOf(mark);
      const taken = held.subarray(0, at);
      held = held.subarray(at + mark.length);
      return taken;
    },
    async *upTo(mark) {
      for (let at = held.indexOf(mark); ; at = held.indexOf(mark)) {
        // The last bytes may be the start of the mark.
        const end = at === -1 ? Math.max(0, held.length - mark.length + 1) : at;
        const piece = held.subarray(0, end);
        held = held.subarray(at === -1 ? end : at + mark.length);
        if (piece.length > 0) yield piece;
        if (at !== -1) return;
        await more();
      }
    },
  };
}

function broken(): Problem {
  return new Problem(
    'pacs-broken-answer',
    "The archive's answer is not whole: its parts do not end as multipart/related does.",
  );
}
