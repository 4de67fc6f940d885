import type fc from 'fast-check';
import type { ReleaseName } from '../../src/fhir/releases';
import {
  anyOf,
  dates,
  few,
  issued,
  missing,
  never,
  noneOf,
  person,
  since,
  type Asked,
  type Choice,
} from './plainSpelling';
import { BASE } from './support';

/* Questions about the patient of a study, by reference and by chains. */

const ofPatient = issued(['P1', 'p1', 'P-2', 'P9'], ({ person: { id, issuer } }) => ({
  ...(id !== undefined && { value: id }),
  ...(issuer !== undefined && { issuer }),
}));
const named = (...names: readonly string[]) => person(({ name }) => names.includes(name ?? ''));
const [ANNA, BIG, HANNA, PAT] = [
  'Müller^Anna',
  'MÜLLER^ANNA^B',
  'Muller^Hanna',
  "O'Brien^Pat",
] as const;
const YAMADA = 'Yamada^Tarou=山田^太郎=やまだ^たろう';
const STARTS: readonly Choice[] = [
  ['mull', named(ANNA, BIG, HANNA)],
  ['MÜLLER', named(ANNA, BIG, HANNA)],
  ['anna mul', named(ANNA, BIG)],
  ['brien', named(PAT)],
  ['ller', never],
  ['山田太', named(YAMADA)],
  ['たろう', named(YAMADA)],
  ['山田 tarou', never],
];
const CONTAINS: readonly Choice[] = [
  ['nna', named(ANNA, BIG, HANNA)],
  ['a mull', named(ANNA, BIG, HANNA)],
  ['田', named(YAMADA)],
];
const EXACT: readonly Choice[] = [
  ['Anna', named(ANNA)],
  ['anna', never],
  ['Muller', named(HANNA)],
  ['Anna Müller', named(ANNA)],
  ['山田', named(YAMADA)],
];

function chained(base: string, release: ReleaseName): fc.Arbitrary<Asked>[] {
  const old = release === 'dstu1';
  const sexes: readonly Choice[] = [
    [old ? 'F' : 'female', person(({ sex }) => sex === 'F')],
    [old ? 'UN' : 'other', person(({ sex }) => sex === 'O')],
    [old ? 'M' : 'male', person(({ sex }) => sex === 'M')],
  ];
  const family: readonly Choice[] = [
    ['mul', named(ANNA, BIG, HANNA)],
    ['anna', never],
  ];
  return [
    anyOf(`${base}.identifier`, ofPatient),
    anyOf(`${base}.name`, few(...STARTS)),
    anyOf(`${base}.family`, few(...family)),
    anyOf(`${base}.given`, few<Choice>(['an', named(ANNA, BIG)])),
    anyOf(`${base}.name:exact`, few(...EXACT)),
    anyOf(`${base}.gender`, few(...sexes)),
    dates(`${base}.birthdate`, release, (study) => study.person.born),
    missing(
      `${base}.birthdate`,
      person(({ born }) => born !== undefined),
    ),
    ...(old
      ? []
      : [
          anyOf(`${base}.name:contains`, few(...CONTAINS)),
          noneOf(`${base}.gender`, few(...sexes)),
        ]),
  ];
}

/** Every way to ask for a study by its patient. */
export function patients(name: string, release: ReleaseName): fc.Arbitrary<Asked>[] {
  const is = (id: string, issuer?: string) =>
    person((who) => who.id === id && who.issuer === issuer);
  const ids: readonly Choice[] = [
    ['LAB.P1', is('P1', 'LAB')],
    ['Patient/HOSP.P1', is('P1', 'HOSP')],
    [`${BASE}/Patient/.P1`, is('P1')],
    ['1-2e2-2e3.P-2d2', is('P-2', '1.2.3')],
    ['LAB.P9', never],
    ['P1', never],
    ['http://elsewhere.test/Patient/LAB.P1', never],
  ];
  return [
    anyOf(name, few(...ids)),
    anyOf(`${name}:Patient`, few(...ids.slice(0, 1))),
    anyOf(`${name}._id`, few(...ids.slice(0, 1))),
    missing(
      name,
      person(({ id }) => id !== undefined),
    ),
    ...(since('r4', release) ? [anyOf(`${name}:identifier`, ofPatient)] : []),
    ...chained(name, release),
    ...chained(`${name}:Patient`, release),
  ];
}
