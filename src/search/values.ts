import { isSafeUid } from '../dicom/values';
import { invalid, problem, shown, type Asked } from './asked';

/*
 * The syntax of values (search page, "escaping search parameters") and what may not reach an archive.
 */

const ESCAPABLE = ['\\', ',', '|', '$'];

/**
 * Splits a value at a separator that no backslash escapes. The pieces keep their escapes.
 *
 * @param separator `,` between alternatives, `|` between system and code
 */
export function splitEscaped(raw: string, separator: ',' | '|'): string[] {
  const pieces = [''];
  for (let at = 0; at < raw.length; at++) {
    const character = raw.charAt(at);
    if (character === separator) pieces.push('');
    else {
      const taken = character === '\\' ? raw.slice(at, at + 2) : character;
      pieces.push(`${pieces.pop() ?? ''}${taken}`);
      at += taken.length - 1;
    }
  }
  return pieces;
}

/** The text that an escaped value stands for. A backslash before anything else is a backslash. */
export function unescaped(raw: string): string {
  return raw.replace(/\\(.)/gsu, (both, character: string) =>
    ESCAPABLE.includes(character) ? character : both,
  );
}

/** A token: `code`, `system|code`, or `|code`, which is a code without a system (system ``). */
export interface Token {
  readonly system?: string;
  readonly code: string;
}

/** Reads a token (search page, "token"). */
export function readToken(asked: Asked): Token {
  const parts = splitEscaped(asked.raw, '|').map((part) => unescaped(part).trim());
  const [first = '', second] = parts;
  if (parts.length > 2 || (second ?? first) === '') {
    throw invalid(
      asked,
      'a code, system|code or |code',
      `${asked.parameter}=http://system.example|A1`,
    );
  }
  return second === undefined ? { code: first } : { system: first, code: second };
}

/**
 * Lets a text pass that an archive takes to the letter. `*` and `?` are wildcards in every string attribute
 * (PS3.4 C.2.2.2.4) and `\` separates values (PS3.5 6.4); DICOM has no escape for them, so a value with one
 * would find other people's studies.
 *
 * @param text the value, or what a logical id stands for; that is never shown, the id may be there to hide it
 * @returns the text
 */
export function literal(asked: Asked, text: string, form: string): string {
  const bad = /[*?\\]|[\p{Cc}\p{Cs}]/u.exec(text);
  if (!bad) return text;
  throw problem(
    asked.parameter,
    'wildcard-refused',
    `${asked.parameter}: ${shown(asked.raw)} holds ${nameOf(bad[0])}, which an archive would not take to the letter; wanted is ${form}`,
  );
}

function nameOf(character: string): string {
  if (/[*?]/.test(character)) return `the wildcard ${character}`;
  return character === '\\' ? 'a backslash' : 'a control character';
}

const UID_EXAMPLE = 'urn:oid:1.2.840.113619.2.55';

/**
 * Reads a UID, bare or as `urn:oid:`. Illegal ones pass as long as they are harmless in a query, because
 * archives hold such.
 */
export function readUid(asked: Asked, text: string): string {
  const uid = text.replace(/^urn:oid:/i, '');
  literal(asked, uid, `one whole UID, for example ${asked.parameter}=${UID_EXAMPLE}`);
  if (isSafeUid(uid)) return uid;
  throw invalid(asked, 'a UID, bare or as urn:oid:', `${asked.parameter}=${UID_EXAMPLE}`);
}
