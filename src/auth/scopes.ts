import { Problem } from '../errors';
import type { Access, CallerKind, Interaction } from './access';
import { challenge } from './challenge';

/*
 * Scopes of SMART App Launch, in the spellings of version 1 (`patient/ImagingStudy.read`) and version 2
 * (`patient/ImagingStudy.rs`).
 */

/** One scope, as far as a gateway that only reads understands it. */
export interface Grant {
  readonly level: 'patient' | 'user' | 'system';
  /** A resource type, or `*` for every one. */
  readonly type: string;
  readonly interactions: readonly Interaction[];
}

/** What the scopes of a token come to. */
export interface Granted {
  readonly kind: Exclude<CallerKind, 'anonymous'>;
  /** Whether only studies of the token's patient may be seen. */
  readonly bound: boolean;
  readonly may: (type: string, interaction: Interaction) => boolean;
}

const SCOPE = /^(patient|user|system)\/(\*|[A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)$/;

/**
 * Reads the scopes of a token.
 *
 * Version 2 wants the letters of `cruds` in order; another order is no scope. A scope with a search
 * (`patient/ImagingStudy.rs?modality=…`) grants nothing: read without its search it would grant more than was
 * given. Scopes of other kinds (`openid`, `launch`) are not the gateway's affair.
 *
 * @param text the scopes, separated by blanks (RFC 6749 3.3)
 */
export function readScopes(text: string): Grant[] {
  return text.split(/\s+/).flatMap((scope) => {
    const [, level, type, letters] = SCOPE.exec(scope) ?? [];
    if (!isLevel(level) || type === undefined || letters === undefined) return [];
    const interactions = interactionsOf(letters);
    return interactions.length > 0 ? [{ level, type, interactions }] : [];
  });
}

function isLevel(level: string | undefined): level is Grant['level'] {
  return level === 'patient' || level === 'user' || level === 'system';
}

function interactionsOf(letters: string): Interaction[] {
  if (letters === 'read' || letters === '*') return ['read', 'search'];
  if (letters === 'write') return [];
  const interactions: Interaction[] = [];
  if (letters.includes('r')) interactions.push('read');
  if (letters.includes('s')) interactions.push('search');
  return interactions;
}

/**
 * What a token's scopes come to: whether its caller sees the studies of one patient or of all.
 *
 * A token with any `patient/` scope is bound to its patient, unless its `user/` or `system/` scopes grant for
 * ImagingStudy itself all that its `patient/` scopes do. So `patient/ImagingStudy.rs user/Patient.rs` is bound:
 * patients are found through studies, and one wide scope for another type must not open all of them. A token that
 * is not bound may do only what its `user/` and `system/` scopes say: its `patient/` scopes are for one patient,
 * and nobody could tell any more for which. A bound token may do what any of its scopes says, for its patient:
 * less than was granted, never more.
 */
export function grantedBy(scopes: readonly Grant[]): Granted {
  const narrow = scopes.filter(({ level }) => level === 'patient');
  const wide = scopes.filter(({ level }) => level !== 'patient');
  const bound = narrow.length > 0 && !isWide(narrow, wide);
  const counted = bound ? scopes : wide;
  return {
    kind: bound || wide.length === 0 ? 'patient' : kindOf(wide),
    bound,
    may: (type, interaction) => allows(counted, type, interaction),
  };
}

/** Rules allow more to services than to people, so that a token is a service's only where it is for studies. */
function kindOf(wide: readonly Grant[]): 'user' | 'system' {
  const forStudies = wide.filter(({ type }) => covers(type, 'ImagingStudy'));
  const counted = forStudies.length > 0 ? forStudies : wide;
  return counted.some(({ level }) => level === 'system') ? 'system' : 'user';
}

/** Whether wide scopes grant for studies at least what narrow ones do, and anything at all. */
function isWide(narrow: readonly Grant[], wide: readonly Grant[]): boolean {
  const studies = (grants: readonly Grant[]) =>
    (['read', 'search'] as const).filter((each) => allows(grants, 'ImagingStudy', each));
  const all = studies(wide);
  return all.length > 0 && studies(narrow).every((each) => all.includes(each));
}

/**
 * Whether scopes grant an interaction. Endpoint and Binary come with ImagingStudy: SMART Imaging Access names no
 * scope for them, and a study is of no use to an app that may not read where its images are and what they show.
 */
function allows(grants: readonly Grant[], type: string, interaction: Interaction): boolean {
  return grants.some(
    (grant) =>
      grant.interactions.includes(interaction) &&
      (covers(grant.type, type) ||
        (WITH_STUDIES.includes(type) && covers(grant.type, 'ImagingStudy'))),
  );
}

const WITH_STUDIES = ['Endpoint', 'Binary'];

function covers(granted: string, type: string): boolean {
  return granted === '*' || granted === type;
}

const LETTERS = { read: 'r', search: 's' } as const;

/**
 * Refuses what the caller's scopes do not grant.
 *
 * @throws Problem `forbidden` that names a scope which would do (RFC 6750 3.1)
 */
export function requireScope(access: Access, type: string, interaction: Interaction): void {
  if (access.may(type, interaction)) return;
  const scope = `patient/${type}.${LETTERS[interaction]}`;
  throw new Problem(
    'forbidden',
    `The token does not grant this. It takes a scope such as ${scope}, user/${type}.rs or system/${type}.read.`,
    { challenge: challenge('insufficient_scope', 'the scopes do not grant this', scope) },
  );
}
