import type { ReleaseName } from '../../src/fhir/releases';
import {
  all,
  anyBodyPart,
  attribute,
  born,
  named,
  none,
  not,
  patient,
  sex,
  type Test,
} from './finds';
import { since } from './support';
import type { Case } from './table';

/* The rest of the matrix: each modifier of each parameter, by release, and each comparator of a time of change. */

/** Both questions of `:missing`. */
const missing = (name: string, absent: Test): Case[] => [
  [`${name}:missing`, 'true', absent],
  [`${name}:missing`, 'false', not(absent)],
];

const bornIs = born(/./);
const [FEMALE, MALE, OTHER] = [sex('F'), sex('M'), sex('O')];
const sexless: Test = (study) => [FEMALE, MALE, OTHER].every((is) => !is(study));

/** The parameters of Patient behind a reference, with their modifiers. */
function chained(name: string, release: ReleaseName): Case[] {
  const compared: Case[] = [
    [`${name}._id:not`, 'HOSP-2dA.4711', not(patient('4711', 'HOSP-A'))],
    [`${name}.identifier:not`, '4711', not(patient('4711'))],
    [`${name}.name:contains`, 'üll', named(/Müller/)],
    [`${name}.family:contains`, 'ull', named(/^Müller/)],
    [`${name}.given:contains`, 'льг', named(/Ольга/)],
    [`${name}.gender:not`, 'female,male', not((study) => FEMALE(study) || MALE(study))],
  ];
  return [
    ...missing(name, none),
    ...missing(`${name}._id`, none),
    ...missing(`${name}.identifier`, none),
    ...missing(`${name}.name`, none),
    ...missing(`${name}.family`, none),
    ...missing(`${name}.given`, none),
    ...missing(`${name}.birthdate`, not(bornIs)),
    ...missing(`${name}.gender`, sexless),
    [`${name}.family:exact`, 'Müller', named(/^Müller/)],
    [`${name}.family:exact`, 'muller', none],
    [`${name}.given:exact`, 'Ольга', named(/Ольга/)],
    [`${name}.given:exact`, 'ольга', none],
    ...(since('dstu2', release) ? compared : []),
  ];
}

/** The parameters of Endpoint behind a reference, of which all studies have the same. */
const ENDPOINT: readonly Case[] = [
  ...missing('endpoint', none),
  ['endpoint._id', 'wado-rs', all],
  ['endpoint._id', 'other', none],
  ['endpoint._id:not', 'wado-rs', none],
  ...missing('endpoint._id', none),
  ['endpoint.connection-type', 'hl7-fhir-rest', none],
  ['endpoint.connection-type:not', 'hl7-fhir-rest', all],
  ...missing('endpoint.connection-type', none),
  ['endpoint.identifier:not', '1.2.3', all],
  ['endpoint.name:exact', 'dicom', none],
  ['endpoint.name:contains', 'wado', all],
  ['endpoint.status', 'off', none],
  ['endpoint.status:not', 'active', none],
  ...missing('endpoint.status', none),
];

/** The demo archive has changed after 2020 and before 2999. */
const LAST_UPDATED: readonly Case[] = [
  ['_lastUpdated', '2020', none],
  ['_lastUpdated', 'eq2020-01', none],
  ['_lastUpdated', 'ne2020', all],
  ['_lastUpdated', 'lt2999-01-01T00:00:00Z', all],
  ['_lastUpdated', 'le2020-12-31', none],
  ['_lastUpdated', 'le2999', all],
  ['_lastUpdated', 'gt2020', all],
  ['_lastUpdated', 'gt2999', none],
  ['_lastUpdated', 'ge2999-01-01', none],
  ['_lastUpdated', 'sa2020', all],
  ['_lastUpdated', 'eb2020', none],
  ['_lastUpdated', 'eb2999', all],
  ['_lastUpdated', 'ap2001', none],
  ...missing('_lastUpdated', none),
];

/** What table.ts leaves out of the matrix. `uids` are of a series, of its class, and of an instance. */
export function modifierCases(
  release: ReleaseName,
  [series, sopClass, instance]: readonly (readonly [uid: string, finds: Test])[],
): readonly Case[] {
  const from = (first: ReleaseName, cases: readonly Case[]) => (since(first, release) ? cases : []);
  const until = (end: ReleaseName, cases: readonly Case[]) => (since(end, release) ? [] : cases);
  const noneOf = (name: string, of: readonly [string, Test] | undefined): Case[] =>
    of === undefined ? [] : [[`${name}:not`, of[0], not(of[1])]];
  const site = since('r5', release) ? 'body-site' : 'bodysite';
  const accessionless = attribute('AccessionNumber', '');
  const oldLanguage = release === 'dstu1' || since('r5', release);
  return [
    ...missing('_id', none),
    ...missing('modality', none),
    ...missing(site, not(anyBodyPart)),
    ...(oldLanguage ? missing('_language', all) : []),
    ...until('r4', missing('accession', accessionless)),
    ...from('dstu2', LAST_UPDATED),
    ...until(
      'r4',
      from('dstu2', [['accession:not', '900100', not(attribute('AccessionNumber', '900100'))]]),
    ),
    ...from('stu3', [
      ...missing('identifier', since('r4', release) ? none : attribute('StudyID', '')),
      ...ENDPOINT,
    ]),
    ...from('r4', [
      ...noneOf('series', series),
      ...noneOf('dicom-class', sopClass),
      ...noneOf('instance', instance),
      ...missing('status', none),
    ]),
    ...from('r5', [['_language:not', 'de', all]]),
    ...from('dstu2', chained('patient', release)),
    ...(release === 'dstu1' || since('r4', release) ? chained('subject', release) : []),
  ];
}

/** Modifiers that a release's search page has and an archive cannot answer, each with a parameter of its type. */
export function refusedModifiers(release: ReleaseName): readonly string[] {
  const patients = since('r4', release) || release === 'dstu1' ? 'subject' : 'patient';
  const uri = since('r4', release) || release === 'dstu1' ? [] : ['study:above', 'study:below'];
  const later = since('r5', release) ? ['modality:code-text', 'modality:text-advanced'] : [];
  if (release === 'dstu1') return ['modality:text', 'subject:Group', 'subject:Device'];
  return [
    ...['text', 'in', 'not-in', 'above', 'below'].map((modifier) => `modality:${modifier}`),
    `${patients}:Group`,
    `${patients}:Device.identifier`,
    `${patients}.name:text`,
    ...uri,
    ...later,
  ];
}
