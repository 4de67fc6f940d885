import { Problem, type ProblemCode } from '../errors';
import type { PatientIds } from '../study/identity';
import type { Condition } from '../study/query';
import type { Notice } from '../study/source';
import type { SearchDialect } from './dialects';

/** What of a resource that the gateway has of its own can be searched. */
export interface ServedResource {
  readonly id: string;
  readonly name?: string;
  readonly url?: string;
  readonly identifiers?: readonly { readonly system?: string; readonly value: string }[];
}

/** What a question is read with: the gateway's settings and identities, none of them the client's. */
export interface SearchContext {
  /** `_count` where the client names none. */
  readonly defaultCount: number;
  /** The most that `_count` can be. */
  readonly maxCount: number;
  readonly patientIds: PatientIds;
  /** Base of the release's endpoint, which absolute references must have; no trailing slash. */
  readonly baseUrl: string;
  /** Names and universal ids of the issuers that a system URI stands for; empty when it is unknown. */
  issuersOfSystem(system: string): readonly string[];
  /** When the question is asked; a date is approximately (`ap`) another by how long ago it is. */
  readonly now: Date;
  /** The Endpoint that every study refers to, where the gateway serves one. */
  readonly endpoint?: ServedResource;
  /** The StructureDefinition that a search of that type is about to be held against. */
  readonly definition?: ServedResource;
  /** Id of the patient in `Patient/{id}/ImagingStudy`. */
  readonly compartmentPatient?: string;
}

/** One value of one parameter: an alternative between two commas. */
export interface Asked {
  /** The parameter's name as the client wrote it, with modifier and chain; for messages. */
  readonly parameter: string;
  /** The value, escapes still in place. */
  readonly raw: string;
  readonly modifier?: string;
  readonly dialect: SearchDialect;
  readonly context: SearchContext;
  /** Tells the client something about a search that is answered all the same. */
  warn(notice: Notice): void;
}

/** Turns a value into conditions of which one must hold. Throws a Problem for a value it cannot read. */
export type Reader = (asked: Asked) => readonly Condition[];

/** Nothing can match this value. */
export const NOTHING: readonly Condition[] = [{ on: 'nothing' }];

/** Every study matches this value. */
export const ALL: readonly Condition[] = [{ on: 'all' }];

/** Reads a value that nothing here can have, and tells the client why. */
export function nothingHas(asked: Asked, code: string, reason: string): readonly Condition[] {
  const outcome = asked.modifier === 'not' ? 'nothing is left out' : 'nothing matches';
  asked.warn({ code, text: `${asked.parameter}: ${reason}, so ${outcome}` });
  return NOTHING;
}

const SHOWN_LENGTH = 64;

/** A client's text for a message: short, and without characters that change how the message reads. */
export function plain(text: string): string {
  const letters = Array.from(text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD'));
  return letters.length > SHOWN_LENGTH
    ? `${letters.slice(0, SHOWN_LENGTH).join('')}…`
    : letters.join('');
}

/** A client's value for a message, in quotes. */
export function shown(value: string): string {
  return `"${plain(value)}"`;
}

/** A failure of one parameter, told with its place. */
export function problem(parameter: string, code: ProblemCode, text: string): Problem {
  return new Problem(code, text, { location: [plain(parameter)] });
}

/** A value that is not in the form wanted. */
export function invalid(asked: Asked, wanted: string, example: string): Problem {
  return problem(
    asked.parameter,
    'invalid-value',
    `${asked.parameter}: ${shown(asked.raw)} is not ${wanted}; for example ${example}`,
  );
}
