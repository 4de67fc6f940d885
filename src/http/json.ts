import { beginTurn } from '../study/turns';

/*
 * JSON of answers, written in turns: a study of 20,000 instances is eight megabytes, and JSON.stringify of all would
 * hold everybody up for as long as it takes.
 */

/** Values of a piece, about: less than a millisecond of writing. */
const PIECE_VALUES = 2000;

/** Writes a value as JSON.stringify does, and lets others have their turn. */
export async function writeJson(value: object): Promise<string> {
  const turn = beginTurn();
  const pieces: string[] = [];
  for (const piece of jsonPieces(value)) {
    pieces.push(piece);
    await turn.over();
  }
  return pieces.join('');
}

/**
 * The JSON of a value in pieces, which together are what JSON.stringify makes of it.
 *
 * @param value made of plain objects, lists and primitives
 */
export function* jsonPieces(value: unknown): Generator<string> {
  if (!isLarge(value)) yield textOf(value);
  else if (Array.isArray(value)) yield* listPieces(value);
  else yield* memberPieces(value);
}

function isLarge(value: unknown): value is object {
  return countValues(value, PIECE_VALUES) >= PIECE_VALUES;
}

/** A list has null where it has nothing (ECMA-262 25.5.2.5). */
function textOf(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value);
}

/** Small items together, as many as make a piece; a large one in pieces of its own. */
function* listPieces(list: readonly unknown[]): Generator<string> {
  let before = '[';
  let together: unknown[] = [];
  let values = 0;
  const textOfAll = () => {
    const text = before + JSON.stringify(together).slice(1, -1);
    [before, together, values] = [',', [], 0];
    return text;
  };
  for (const item of list) {
    const count = countValues(item, PIECE_VALUES);
    if (values > 0 && values + count > PIECE_VALUES) yield textOfAll();
    if (count < PIECE_VALUES) {
      together.push(item);
      values += count;
    } else {
      yield before;
      yield* jsonPieces(item);
      before = ',';
    }
  }
  if (values > 0) yield textOfAll();
  yield ']';
}

function* memberPieces(value: object): Generator<string> {
  const members: (readonly [string, unknown])[] = Object.entries(value);
  let before = '{';
  for (const [name, member] of members) {
    if (member === undefined) continue;
    yield `${before}${JSON.stringify(name)}:`;
    yield* jsonPieces(member);
    before = ',';
  }
  yield '}';
}

/** How many values a value holds, itself among them, as far as `most`. */
function countValues(value: unknown, most: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const member of Object.values(value)) {
    count += countValues(member, most - count);
    if (count >= most) break;
  }
  return count;
}
