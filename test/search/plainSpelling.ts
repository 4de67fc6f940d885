import fc from 'fast-check';
import type { ReleaseName } from '../../src/fhir/releases';
import { COMPARATORS, lies } from './plainDates';
import type { Person, PlainSeries, PlainStudy } from './plainStudies';
import { CONTEXT, RELEASE_NAMES } from './support';

/* How questions are put together: values, commas, modifiers and comparators, and beside each what it finds. */

export type Test = (study: PlainStudy) => boolean;

/** One parameter of a question. */
export interface Asked {
  readonly name: string;
  readonly value: string;
  readonly finds: Test;
}

/** A value between two commas. */
export type Choice = readonly [text: string, finds: Test];

export const since = (first: ReleaseName, release: ReleaseName) =>
  RELEASE_NAMES.indexOf(release) >= RELEASE_NAMES.indexOf(first);
export const anySeries =
  (test: (series: PlainSeries) => boolean): Test =>
  ({ series }) =>
    series.some(test);
export const person =
  (test: (person: Person) => boolean): Test =>
  (study) =>
    test(study.person);
export const never = () => false;
export const always = () => true;
export const few = <T>(...values: readonly T[]) => fc.constantFrom(...values);

/** One or two values of a parameter: any of them will do. */
export const anyOf = (name: string, choices: fc.Arbitrary<Choice>): fc.Arbitrary<Asked> =>
  fc.array(choices, { minLength: 1, maxLength: 2 }).map((some) => ({
    name,
    value: some.map(([text]) => text).join(','),
    finds: (study) => some.some(([, finds]) => finds(study)),
  }));
export const noneOf = (name: string, choices: fc.Arbitrary<Choice>): fc.Arbitrary<Asked> =>
  anyOf(`${name}:not`, choices).map(({ finds, ...asked }) => ({
    ...asked,
    finds: (study) => !finds(study),
  }));
export const missing = (name: string, present: Test): fc.Arbitrary<Asked> =>
  fc.boolean().map((wanted) => ({
    name: `${name}:missing`,
    value: String(wanted),
    finds: (study) => present(study) !== wanted,
  }));

const DATES = [
  '2020',
  '2020-01',
  '2020-01-01',
  '2020-01-01T12:30',
  '2020-01-01T12:30Z',
  '2020-01-01T12:30Z',
  '2020-01-01T12:30:15-08:00',
  '2021-06-30',
  '2019-12-31',
];

export function dates(
  name: string,
  release: ReleaseName,
  told: (study: PlainStudy) => string | undefined,
) {
  const old = release === 'dstu1';
  const comparators = COMPARATORS.filter(([, sign]) => !old || sign !== undefined);
  return anyOf(
    name,
    fc
      .tuple(few(...comparators), few(...DATES))
      .map(([[word, sign], date]) => [
        `${old ? (sign ?? '') : word}${date}`,
        (study) => lies(word, date, told(study), CONTEXT.now),
      ]),
  );
}

const uidForms = (uid: string) => few(uid, `urn:oid:${uid}`, `urn:dicom:uid|urn:oid:${uid}`);
export const uids = (test: (uid: string) => Test): fc.Arbitrary<Choice> =>
  few('1.1', '1.2', '1.3', '1.5', '1.99').chain((uid) =>
    uidForms(uid).map((text) => [text, test(uid)]),
  );

/** `value`, `|value`, `ISSUER|value` and `URI|value` (CONTEXT maps one URI to two issuers). */
export function issued(
  values: readonly string[],
  of: (study: PlainStudy) => { readonly value?: string; readonly issuer?: string } | undefined,
): fc.Arbitrary<Choice> {
  const systems: readonly (readonly [string, (issuer: string | undefined) => boolean])[] = [
    ['', always],
    ['|', (issuer) => issuer === undefined],
    ['LAB|', (issuer) => issuer === 'LAB'],
    ['urn:oid:1.2.3|', (issuer) => issuer === 'LAB' || issuer === '1.2.3'],
    ['http://elsewhere.test|', () => false],
  ];
  return fc.tuple(few(...systems), few(...values)).map(([[system, whose], value]) => [
    `${system}${value}`,
    (study) => {
      const told = of(study);
      return told?.value === value && whose(told.issuer);
    },
  ]);
}
