import { randomUUID } from 'node:crypto';
import type { Trace } from '../study/source';

/*
 * W3C Trace Context: https://www.w3.org/TR/trace-context-2/
 */

/** version "-" trace-id "-" parent-id "-" trace-flags (3.2); a later version may add fields behind a further dash. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ALL_ZERO = /^0+$/;
/** The flags that this version knows: sampled, and that the trace-id is random (3.2.2.5). Others are not passed on. */
const KNOWN_FLAGS = 0b11;
/** Flags of a trace that begins here: its id is random; nobody has decided that it is recorded. */
const FRESH_FLAGS = '02';

/** key "=" value of a list-member (3.3.1.3); a key may have one tenant before an `@`. */
const MEMBER =
  /^([a-z0-9][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z0-9][a-z0-9_\-*/]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const MEMBERS = 32;
/** Characters that everybody has to pass on (3.3.1.5); more are not. */
const STATE_CHARACTERS = 512;

/**
 * The trace that a request is part of: its own where it tells one by the rules, else one that begins here. What breaks
 * the rules is dropped (4.3), and so is the tracestate beside it.
 *
 * @param traceparent the header's value; a header sent twice comes joined by a comma, and is none
 * @param tracestate the header's value, several joined by commas
 */
export function traceOf(traceparent: string | undefined, tracestate: string | undefined): Trace {
  const parent = traceparent === undefined ? undefined : readParent(traceparent.trim());
  if (parent === undefined) return { id: randomUUID().replaceAll('-', ''), flags: FRESH_FLAGS };
  const state = tracestate === undefined ? undefined : readState(tracestate);
  return { ...parent, ...(state !== undefined && { state }) };
}

function readParent(value: string): { id: string; flags: string } | undefined {
  const [, version = 'ff', id = '', parent = '', flags = '', more] = TRACEPARENT.exec(value) ?? [];
  const known = version !== 'ff' && (version !== '00' || more === undefined);
  if (!known || ALL_ZERO.test(id) || ALL_ZERO.test(parent)) return undefined;
  const kept = Number.parseInt(flags, 16) & KNOWN_FLAGS;
  return { id, flags: kept.toString(16).padStart(2, '0') };
}

/** A list of members with keys of their own, empty ones left out; undefined where one of them is none. */
function readState(value: string): string | undefined {
  if (value.length > STATE_CHARACTERS) return undefined;
  const members = value
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');
  const keys = members.map((member) => MEMBER.exec(member)?.[1]);
  const good = !keys.includes(undefined) && new Set(keys).size === keys.length;
  return good && members.length > 0 && members.length <= MEMBERS ? members.join(',') : undefined;
}
