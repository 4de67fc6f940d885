import { isUtf8 } from 'node:buffer';
import { beginTurn } from '../study/turns';

/*
 * Large JSON without holding up everybody else. An answer is a list or an object of thousands of like things: its
 * bytes are cut between them, and others get their turn between the slices, each of which is parsed by JSON.parse.
 *
 * The obvious alternatives were measured on 20,000 rows in 20 MB. A stream parser (stream-json) took four times the
 * processor time of this. A worker took three times, and held the thread up for longer than parsing there and then:
 * what it has parsed must be copied to be had.
 */

/** Bytes of a slice, about: two to four milliseconds of parsing. */
const SLICE_BYTES = 262_144;
/** Slices up to which an answer is parsed at once. */
const WHOLE = 4;

/** How deep a large answer may be nested: a sequence takes four levels. JSON.parse takes seconds of one block for millions. */
const DEEPEST = 1000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;
/** What closes something is two above what opens it, in ASCII. */
const CLOSES = 2;
const BLANKS: readonly (number | undefined)[] = [0x20, 0x09, 0x0a, 0x0d];
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Parses JSON as JSON.parse does, and refuses what that refuses; where it is large, also what is nested more than a
 * thousand levels deep, which no slice could end within a turn.
 *
 * Bytes that are no UTF-8 are read as Latin-1, the one other encoding that archives are known to send: better a name
 * in the wrong letters than a page lost over one name.
 *
 * @param sliceBytes bytes of a slice, about
 * @throws SyntaxError
 */
export async function parseJson(bytes: Buffer, sliceBytes = SLICE_BYTES): Promise<unknown> {
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  const body = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes;
  const text = (from: number, to: number) => body.toString(encoding, from, to);
  const start = skipBlanks(body, 0);
  const isLarge = body.length > WHOLE * sliceBytes;
  const isCut = isLarge && (body[start] === BRACKET || body[start] === BRACE);
  if (!isCut) return JSON.parse(text(0, body.length));
  const [open, close] = body[start] === BRACKET ? ['[', ']'] : ['{', '}'];
  const parts: object[] = [];
  const turn = beginTurn();
  for (const { from, to, only } of slicesOf(body, start, sliceBytes)) {
    // Alone, nothing between the brackets is a list; beside a comma it is an error.
    if (!only && skipBlanks(body, from) >= to) throw new SyntaxError('nothing beside a comma');
    parts.push(JSON.parse(open + text(from, to) + close) as object);
    await turn.over();
  }
  return open === '[' ? parts.flat() : Object.fromEntries(parts.flatMap(Object.entries));
}

interface Slice {
  readonly from: number;
  readonly to: number;
  /** Whether it is all of the list or object. */
  readonly only: boolean;
}

/**
 * Cuts what a list or an object holds at commas of its own. Which bracket closes which is left to JSON.parse: no slice
 * can be right in which they do not agree.
 *
 * @param start where it opens
 * @throws SyntaxError where it does not end, or something follows it
 */
function* slicesOf(body: Buffer, start: number, sliceBytes: number): Generator<Slice> {
  let from = start + 1;
  let depth = 0;
  for (let at = start; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) {
      at = endOfString(body, at);
    } else if (byte === BRACKET || byte === BRACE) {
      depth += 1;
      if (depth > DEEPEST) throw new SyntaxError('it is nested too deep');
    } else if (byte === BRACKET + CLOSES || byte === BRACE + CLOSES) {
      depth -= 1;
      if (depth > 0) continue;
      if (byte !== (body[start] ?? 0) + CLOSES || skipBlanks(body, at + 1) < body.length) {
        throw new SyntaxError('the end is not its end');
      }
      yield { from, to: at, only: from === start + 1 };
      return;
    } else if (byte === COMMA && depth === 1 && at - from >= sliceBytes) {
      yield { from, to: at, only: false };
      from = at + 1;
    }
  }
  throw new SyntaxError('it does not end');
}

/** Where a string ends that begins with the quote at `at`; a quote behind a backslash is a letter of it. */
function endOfString(body: Buffer, at: number): number {
  for (let end = at + 1; end < body.length; end += 1) {
    const byte = body[end];
    if (byte === QUOTE) return end;
    if (byte === BACKSLASH) end += 1;
  }
  return body.length;
}

function skipBlanks(body: Buffer, from: number): number {
  let at = from;
  while (BLANKS.includes(body[at])) at += 1;
  return at;
}
