import type { Comparator, Condition, IssuerFilter, Span } from './query';

/*
 * A question in words, for people who want to know what becomes of theirs.
 */

/** A condition in words, for example `patient "P1" of LAB`. */
export function describe(condition: Condition): string {
  switch (condition.on) {
    case 'study':
    case 'series':
    case 'instance':
    case 'sopClass':
      return `${UID_WORDS[condition.on]} ${condition.uid}`;
    case 'id':
      return `study ${condition.uid}`;
    case 'accession':
    case 'order':
    case 'patient':
      return `${ISSUED_WORDS[condition.on]} "${condition.value}"${issuerWords(condition.issuer)}`;
    case 'studyId':
      return `Study ID "${condition.value}"`;
    case 'name':
      return `name that ${MATCH_WORDS[condition.match]} "${condition.text}"`;
    case 'birthDate':
      return `birth date ${dateWords(condition)}`;
    case 'started':
      return `study date ${dateWords(condition)}`;
    case 'lastUpdated':
      return `last update ${dateWords(condition)}`;
    case 'sex':
      return `sex ${condition.sex}`;
    case 'modality':
      return `modality ${condition.code}`;
    case 'bodyPart':
      return `body part ${condition.terms.join(' or ')}`;
    case 'attribute':
      return `${condition.of} ${condition.values.join(' or ')}`;
    case 'presence':
      return `${condition.of} ${condition.present ? 'told' : 'not told'}`;
    case 'not':
      return `not ${describe(condition.condition)}`;
    case 'all':
      return 'every study';
    case 'nothing':
      return 'no study';
  }
}

const UID_WORDS = {
  study: 'study',
  series: 'a series with UID',
  instance: 'an instance with UID',
  sopClass: 'an instance of SOP class',
} as const;

const ISSUED_WORDS = {
  accession: 'accession number',
  order: 'order number',
  patient: 'patient',
} as const;

const MATCH_WORDS = {
  starts: 'has a word that starts with',
  contains: 'contains',
  exact: 'is exactly',
} as const;

const COMPARATOR_WORDS: Readonly<Record<Comparator, string>> = {
  eq: 'within',
  ne: 'not within',
  lt: 'before the end of',
  le: 'before or within',
  gt: 'after the start of',
  ge: 'after or within',
  sa: 'after',
  eb: 'before',
  ap: 'about',
};

function dateWords({ comparator, span }: { comparator: Comparator; span: Span }): string {
  const clock = (time: number) => new Date(time).toISOString().replace('.000Z', '');
  const zone = span.offset === undefined ? 'wall clock' : `${span.offset} minutes from UTC`;
  return `${COMPARATOR_WORDS[comparator]} ${clock(span.from)} to ${clock(span.to)} (${zone})`;
}

function issuerWords(issuer: IssuerFilter): string {
  if (issuer === 'any') return ' of any issuer';
  return issuer === 'none' ? ' without issuer' : ` of ${issuer.join(' or ')}`;
}
