import fc from 'fast-check';
import type { ReleaseName } from '../../src/fhir/releases';
import { patients } from './plainPatients';
import {
  always,
  anyOf,
  anySeries,
  dates,
  few,
  issued,
  missing,
  never,
  noneOf,
  since,
  uids,
  type Asked,
  type Choice,
  type Test,
} from './plainSpelling';
import { timeOf, type PlainStudy } from './plainStudies';

/* Random questions in the spelling of each release, and beside each what it finds by the prose of FHIR. */

const ofStudy =
  (uid: string): Test =>
  (study) =>
    study.uid === uid;
const ofSeries = (uid: string) => anySeries((series) => series.uid === uid);
const ofInstance = (uid: string) =>
  anySeries(({ instances }) => instances.some((one) => one.uid === uid));
const ofClass = (uid: string) =>
  anySeries(({ instances }) => instances.some((one) => one.sopClass === uid));
const hasSeries = anySeries(always);

const ofAccession = issued(['A1', 'P1', 'A9'], ({ accession }) => accession);

const isTerm = (...terms: readonly string[]) =>
  anySeries(({ bodyPart }) => terms.includes(bodyPart?.toUpperCase() ?? ''));
const SITES: readonly Choice[] = [
  ['HEAD', isTerm('HEAD')],
  ['knee', isTerm('KNEE')],
  ['TAIL', isTerm('TAIL')],
  ['69536005', isTerm('HEAD')],
  ['http://snomed.info/sct|69536005', isTerm('HEAD')],
  ['http://snomed.info/srt|T-D9200', isTerm('KNEE')],
  ['http://elsewhere.test|HEAD', never],
];
const isModality = (code: string) => anySeries(({ modality }) => modality === code);
const MODALITIES: readonly Choice[] = [
  ['CT', isModality('CT')],
  ['mr', isModality('MR')],
  ['http://nema.org/dicom/dcid|SR', isModality('SR')],
  ['XA', never],
];

function identifiers(release: ReleaseName): fc.Arbitrary<Asked>[] {
  const bare: readonly Choice[] = [
    ['A1', (study) => study.accession?.value === 'A1' || study.studyId === 'A1'],
    ['1.2', (study) => study.accession?.value === '1.2' || study.uid === '1.2'],
    ['1.3', (study) => study.studyId === '1.3' || study.uid === '1.3'],
    ['|A1', (study) => isNobodys(study, 'A1') || study.studyId === 'A1'],
    ['LAB|A1', ({ accession }) => accession?.value === 'A1' && accession.issuer === 'LAB'],
    ['urn:oid:1.2', ofStudy('1.2')],
    ['urn:dicom:uid|1.3', ofStudy('1.3')],
    ['urn:ietf:rfc:3986|urn:oid:1.1', ofStudy('1.1')],
  ];
  const asked = [anyOf('identifier', few(...bare)), noneOf('identifier', few(...bare))];
  if (!since('r4', release)) {
    return [...asked, missing('identifier', ({ studyId }) => studyId !== undefined)];
  }
  const acsn = 'http://terminology.hl7.org/CodeSystem/v2-0203|ACSN|A1';
  const ordered = ofAccession.map(([text, finds]): Choice => [
    text,
    (study) => finds(study) || (/^\|?A1$/.test(text) && study.order === 'A1'),
  ]);
  const order = since('r5', release) ? 'based-on' : 'basedon';
  return [
    ...asked,
    missing('identifier', always),
    anyOf('identifier:of-type', few<Choice>([acsn, ({ accession }) => accession?.value === 'A1'])),
    anyOf(`${order}:identifier`, ordered),
  ];
}
const isNobodys = ({ accession }: PlainStudy, value: string) =>
  accession?.value === value && accession.issuer === undefined;

type Questions = readonly fc.Arbitrary<Asked>[];

const isSite = anySeries(({ bodyPart }) => bodyPart !== undefined);
const isTold = anySeries(({ modality }) => modality !== undefined);
const plainIds = uids(ofStudy).filter(([text]) => !text.includes(':'));

function coded(release: ReleaseName): Questions {
  const site = since('r5', release) ? 'body-site' : 'bodysite';
  const negated = [noneOf('modality', few(...MODALITIES)), noneOf(site, few(...SITES))];
  return [
    anyOf('modality', few(...MODALITIES)),
    missing('modality', isTold),
    anyOf(site, few(...SITES)),
    missing(site, isSite),
    ...(since('dstu2', release) ? negated : []),
    ...(since('r4', release)
      ? [anyOf('status', few<Choice>(['available', always], ['cancelled', never]))]
      : []),
  ];
}

function below(release: ReleaseName): Questions {
  const instance = since('r4', release) ? 'instance' : 'uid';
  return [
    anyOf('series', uids(ofSeries)),
    missing('series', hasSeries),
    anyOf(instance, uids(ofInstance)),
    anyOf('dicom-class', uids(ofClass)),
    ...(since('r4', release) ? [noneOf('series', uids(ofSeries))] : []),
  ];
}

function named(release: ReleaseName): Questions {
  const old = [
    anyOf('accession', ofAccession),
    missing('accession', ({ accession }) => accession !== undefined),
    anyOf('study', uids(ofStudy)),
  ];
  return [
    anyOf('_id', plainIds),
    ...(since('r4', release) ? [] : old),
    ...(since('stu3', release) ? identifiers(release) : []),
  ];
}

function dated(release: ReleaseName): Questions {
  const name = since('dstu2', release) ? 'started' : 'date';
  const updated = dates('_lastUpdated', release, (study) => study.updated);
  return [
    ...Array.from({ length: 4 }, () => dates(name, release, timeOf)),
    missing(name, (study) => study.date !== undefined),
    ...(since('dstu2', release) ? [updated] : []),
  ];
}

/** Every parameter of ImagingStudy that a release can answer, with its modifiers. */
export function questionsOf(release: ReleaseName): fc.Arbitrary<Asked> {
  const subject = release === 'dstu1' || since('r4', release) ? ['subject'] : [];
  const names = since('dstu2', release) ? [...subject, 'patient'] : subject;
  const endpoint = anyOf('endpoint', few<Choice>(['Endpoint/wado-rs', always], ['other', never]));
  return fc.oneof(
    ...[coded, below, named, dated].map((of) => fc.oneof(...of(release))),
    ...names.map((name) => fc.oneof(...patients(name, release))),
    ...(since('stu3', release) ? [endpoint] : []),
  );
}
