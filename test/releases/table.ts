import type { ReleaseName } from '../../src/fhir/releases';
import {
  all,
  anyBodyPart,
  attribute,
  bodyPart,
  born,
  both,
  dated,
  either,
  issued,
  modality,
  named,
  none,
  not,
  ofInstance,
  ofSeries,
  patient,
  sex,
  sopClass,
  STUDIES,
  uid,
  type Test,
} from './finds';
import { modifierCases } from './modifiers';
import { since } from './support';

/* THE MATRIX: what each spelling of each parameter of ImagingStudy finds, by release. */

/** A search parameter's name with modifier and chain, a value, and what they find. */
export type Case = readonly [name: string, value: string, finds: Test];

const [FIRST, , , FOURTH] = STUDIES;
const UID = FIRST?.uid ?? '';
const OTHER = FOURTH?.uid ?? '';
const SERIES = FIRST?.series[1]?.uid ?? '';
const INSTANCE = FIRST?.series[0]?.instances[3]?.uid ?? '';
const REPORT = '1.2.840.10008.5.1.4.1.1.88.11';
const RIS_A = 'urn:oid:1.2.276.0.76.3.1.999.2';

const accessionIs = (value: string) => attribute('AccessionNumber', value);
const idOrAccession = (value: string) => either(accessionIs(value), attribute('StudyID', value));
const undatedIs = attribute('StudyDate', '');
const FEMALE = sex('F');

function uids(name: string, value: string, finds: Test): Case[] {
  return [
    [name, value, finds],
    [name, `urn:oid:${value}`, finds],
    [name, `urn:dicom:uid|${value}`, finds],
    [name, `urn:ietf:rfc:3986|urn:oid:${value}`, finds],
    [name, `${value},1.2.3`, finds],
    [name, '1.2.3', none],
    [`${name}:missing`, 'true', none],
    [`${name}:missing`, 'false', all],
  ];
}

function dates(release: ReleaseName): Case[] {
  const name = release === 'dstu1' ? 'date' : 'started';
  const word = (modern: string, old: string) => (release === 'dstu1' ? old : modern);
  const soon = dated('20240313', '29991231');
  const utc = '2024-03-12T08:15:30Z';
  const local = '2024-03-12T09:15:30+01:00';
  const modern: Case[] = [
    [name, 'eq2024-03', dated('20240301', '20240331')],
    [name, 'ne2024', both(not(undatedIs), not(dated('20240101', '20241231')))],
    [name, 'sa2024-03-12', soon],
    [name, 'eb2024-03-12', dated('00000000', '20240311')],
    [name, 'ap2009-06-15', dated('20070901', '20110401')],
  ];
  return [
    [name, '2024', dated('20240101', '20241231')],
    [name, '2024-03', dated('20240301', '20240331')],
    [name, '2024-03-12', dated('20240312', '20240312')],
    [name, utc, uid(UID)],
    [name, local, uid(UID)],
    [name, '2024-03-12T08:15:31Z', none],
    [name, '2023,2022', dated('20220101', '20231231')],
    [name, `${word('gt', '>')}2024-03-12`, soon],
    [name, `${word('ge', '>=')}2024-03-12`, dated('20240312', '29991231')],
    [name, `${word('lt', '<')}2024-03-12`, dated('00000000', '20240311')],
    [name, `${word('le', '<=')}2024-03-12`, dated('00000001', '20240312')],
    [`${name}:missing`, 'true', undatedIs],
    [`${name}:missing`, 'false', not(undatedIs)],
    ...(release === 'dstu1' ? [] : modern),
  ];
}

function coded(release: ReleaseName): Case[] {
  const site = since('r5', release) ? 'body-site' : 'bodysite';
  const head = bodyPart('HEAD');
  const negated: Case[] = [
    ['modality:not', 'CT', not(modality('CT'))],
    ['modality:not', 'CT,MR', not(either(modality('CT'), modality('MR')))],
    [`${site}:not`, 'HEAD', not(head)],
    ['_id:not', UID, not(uid(UID))],
  ];
  return [
    ['modality', 'CT', modality('CT')],
    ['modality', 'ct', modality('CT')],
    ['modality', 'DOC', modality('DOC')],
    ['modality', 'CT,MR', either(modality('CT'), modality('MR'))],
    ['modality', 'http://nema.org/dicom/dicm|US', modality('US')],
    ['modality', 'http://nema.org/dicom/dcid|US', modality('US')],
    ['modality', 'http://dicom.nema.org/resources/ontology/DCM|US', modality('US')],
    ['modality', 'http://elsewhere.test|CT', none],
    ['modality:missing', 'true', none],
    [site, 'HEAD', head],
    [site, 'head', head],
    [site, 'http://snomed.info/sct|69536005', head],
    [site, '69536005', head],
    [site, 'http://snomed.info/srt|T-D1100', head],
    [site, 'CHEST,KNEE', either(bodyPart('CHEST'), bodyPart('KNEE'))],
    [site, 'RIBCAGE_BABY', bodyPart('RIBCAGE_BABY')],
    [site, 'TAIL', none],
    [`${site}:missing`, 'true', not(anyBodyPart)],
    ...(release === 'dstu1' ? [] : negated),
  ];
}

function patients(name: string, release: ReleaseName, baseUrl: string): Case[] {
  const schmidt = patient('4711', 'HOSP-A');
  const identified: Case[] = [
    [`${name}:identifier`, '4711', patient('4711')],
    [`${name}:identifier`, 'HOSP-A|4711', schmidt],
    [`${name}:identifier`, 'urn:oid:1.2.276.0.76.3.1.999.1|P-1001', patient('P-1001')],
    [`${name}:identifier`, 'http://elsewhere.test|4711', none],
  ];
  const [female, other] = release === 'dstu1' ? ['F', 'UN'] : ['female', 'other'];
  const compared: Case[] = [
    [`${name}.name:contains`, 'chmi', named(/Schmidt/)],
    [`${name}.gender:not`, female, not(FEMALE)],
  ];
  return [
    [name, 'HOSP-2dA.4711', schmidt],
    [name, 'Patient/HOSP-2dA.4711', schmidt],
    [name, `${baseUrl}/Patient/HOSP-2dA.4711`, schmidt],
    [name, 'http://elsewhere.test/Patient/HOSP-2dA.4711', none],
    [name, '.X-2b77-2f2-20B', patient('X+77/2 B')],
    [name, '4711', none],
    [`${name}:Patient`, 'HOSP-2dB.4711', patient('4711', 'HOSP-B')],
    [`${name}:missing`, 'true', none],
    [`${name}._id`, 'HOSP-2dA.4711', schmidt],
    [`${name}.identifier`, '4711', patient('4711')],
    [`${name}:Patient.identifier`, 'HOSP-A|4711', schmidt],
    [`${name}.identifier`, '|4711', none],
    [`${name}.identifier`, '|X+77/2 B', patient('X+77/2 B')],
    [`${name}.name`, 'muller', named(/Müller/)],
    [`${name}.name`, '山田', named(/山田/)],
    [`${name}.name:exact`, 'Anna', named(/\^Anna/)],
    [`${name}.family`, 'ОЛЬГА', none],
    [`${name}.given`, 'ольга', named(/Ольга/)],
    [`${name}.birthdate`, '1961', born(/^1961/)],
    [`${name}.gender`, female, FEMALE],
    [`${name}.gender`, other, sex('O')],
    ...(since('dstu2', release) ? compared : []),
    ...(since('r4', release) ? identified : []),
  ];
}

const ACCESSION: Case[] = [
  ['accession', 'A-2024-0312', accessionIs('A-2024-0312')],
  ['accession', 'a-2024-0312', none],
  ['accession', '900100', accessionIs('900100')],
  ['accession', 'RIS-B|900100', issued('900100', 'RIS-B')],
  ['accession', `${RIS_A}|900100`, issued('900100', 'RIS-A')],
  ['accession', '|900100', none],
  ['accession', '|EXT/2024 01', issued('EXT/2024 01', '')],
  ['accession:missing', 'true', accessionIs('')],
];

function identifiers(release: ReleaseName): Case[] {
  const v2 = 'http://terminology.hl7.org/CodeSystem/v2-0203';
  const order = since('r5', release) ? 'based-on' : 'basedon';
  const typed: Case[] = [
    ['identifier:of-type', `${v2}|ACSN|900100`, accessionIs('900100')],
    ['identifier:of-type', `${v2}|MR|900100`, none],
    ['identifier:missing', 'true', none],
    [`${order}:identifier`, 'B-2024-710', accessionIs('B-2024-710')],
    [`${order}:identifier`, `${RIS_A}|900100`, issued('900100', 'RIS-A')],
    [`${order}:identifier`, 'RP-710', none],
  ];
  return [
    ...uids('identifier', UID, uid(UID)).filter(([name]) => name === 'identifier'),
    ['identifier', `urn:dicom:uid|urn:oid:${UID}`, uid(UID)],
    ['identifier', '900100', accessionIs('900100')],
    ['identifier', '312', idOrAccession('312')],
    ['identifier', '|312', attribute('StudyID', '312')],
    ['identifier', '|A-2024-0520', accessionIs('A-2024-0520')],
    ['identifier', '|900100', none],
    ['identifier', 'RIS-B|900100', issued('900100', 'RIS-B')],
    ['identifier', `${RIS_A}|900100`, issued('900100', 'RIS-A')],
    ['identifier', `312,urn:oid:${OTHER}`, either(uid(OTHER), idOrAccession('312'))],
    ['identifier:not', '900100', not(accessionIs('900100'))],
    ...(since('r4', release)
      ? typed
      : ([['identifier:missing', 'true', attribute('StudyID', '')]] satisfies Case[])),
  ];
}

const ENDPOINT: readonly Case[] = [
  ['endpoint', 'wado-rs', all],
  ['endpoint', 'Endpoint/wado-rs', all],
  ['endpoint:Endpoint', 'wado-rs', all],
  ['endpoint', 'Endpoint/other', none],
  ['endpoint.status', 'active', all],
  ['endpoint.connection-type', 'dicom-wado-rs', all],
  ['endpoint.name', 'dicom', all],
  ['endpoint.identifier', '1.2.3', none],
  ['endpoint:missing', 'true', none],
];
const STATUS: readonly Case[] = [
  ['status', 'available', all],
  ['status', 'http://hl7.org/fhir/imagingstudy-status|available', all],
  ['status', 'cancelled', none],
  ['status:not', 'cancelled', all],
  ['status:not', 'available', none],
];
const LAST_UPDATED: readonly Case[] = [
  ['_lastUpdated', 'ge2020', all],
  ['_lastUpdated', 'lt2020', none],
  ['_lastUpdated:missing', 'true', none],
];
const LANGUAGE: readonly Case[] = [
  ['_language', 'de', none],
  ['_language:missing', 'true', all],
];

/** Every case of a release, the parameters that it does not have left out. */
export function casesOf(release: ReleaseName, baseUrl: string): readonly Case[] {
  const from = (first: ReleaseName, cases: readonly Case[]) => (since(first, release) ? cases : []);
  const until = (end: ReleaseName, cases: readonly Case[]) => (since(end, release) ? [] : cases);
  return [
    ['_id', UID, uid(UID)],
    ['_id', `${UID},${OTHER}`, uid(UID, OTHER)],
    ['_id', '1.2.3', none],
    ...coded(release),
    ...dates(release),
    ...uids('series', SERIES, ofSeries(SERIES)),
    ...uids('dicom-class', REPORT, sopClass(REPORT)),
    ...uids(since('r4', release) ? 'instance' : 'uid', INSTANCE, ofInstance(INSTANCE)),
    ...until('r4', [...ACCESSION, ...uids('study', UID, uid(UID))]),
    ...from('stu3', [...identifiers(release), ...ENDPOINT]),
    ...from('r4', STATUS),
    ...from('dstu2', LAST_UPDATED),
    ...(release === 'dstu1' ? LANGUAGE : from('r5', LANGUAGE)),
    ...from('dstu2', patients('patient', release, baseUrl)),
    ...(release === 'dstu1' || since('r4', release) ? patients('subject', release, baseUrl) : []),
    ...modifierCases(release, [
      [SERIES, ofSeries(SERIES)],
      [REPORT, sopClass(REPORT)],
      [INSTANCE, ofInstance(INSTANCE)],
    ]),
  ];
}

const COMMON = ['_text', '_content', '_tag', '_profile', '_security', '_query'];
const R4 = [...COMMON, '_list', '_filter', '_has', '_type', '_source'];
const PEOPLE = ['performer', 'referrer', 'encounter', 'reason'];

/** What FHIR has and an archive cannot answer. */
export const NOT_SUPPORTED: Readonly<Record<ReleaseName, readonly string[]>> = {
  dstu1: [...COMMON, 'size'],
  dstu2: [...COMMON, '_list', '_filter', 'order'],
  stu3: [
    ...COMMON,
    '_list',
    '_filter',
    '_has',
    '_type',
    'basedon',
    'context',
    'performer',
    'reason',
  ],
  r4: [...R4, ...PEOPLE, 'basedon', 'interpreter'],
  r4b: [...R4, ...PEOPLE, 'basedon', 'interpreter'],
  r5: [...R4, ...PEOPLE, '_in', 'based-on', 'body-structure'],
  r6: [...R4, ...PEOPLE, '_in', 'based-on', 'body-structure'],
};
