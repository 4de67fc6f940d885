import type { Names } from './names';
import type { Route } from './routes';

/* What can be asked below /dicom-web, by the gateway's own table of paths. */

const STUDY = '/studies/:study';
const SERIES = `${STUDY}/series/:series`;
const INSTANCE = `${SERIES}/instances/:instance`;

const ACCEPTS: Readonly<Record<string, readonly string[]>> = {
  files: ['*/*', 'multipart/related; type="application/dicom"; transfer-syntax=*'],
  several: ['application/zip'],
  one: ['application/dicom', 'image/jpeg'],
  frames: ['*/*', 'application/octet-stream'],
  bulk: ['*/*', 'application/octet-stream'],
};

/** Retrievals of everything that these names name, and of parts of theirs under others' studies and series. */
export const RETRIEVALS: readonly Route[] = [
  ...[STUDY, SERIES].flatMap((part) => partRoutes(part, ['files', 'several'])),
  ...partRoutes(INSTANCE, ['files', 'one']),
  route(`${INSTANCE}/frames/:frames`, (at) => [`${at}/frames/1`, `${at}/frames/1,2`], 'frames'),
  route(`${INSTANCE}/frames/:frames/rendered`, (at) => [`${at}/frames/1/rendered`]),
  route(`${INSTANCE}/frames/:frames/thumbnail`, (at) => [`${at}/frames/1/thumbnail`]),
];

function partRoutes(part: string, kinds: readonly string[]): Route[] {
  return [
    route(part, (at) => [at], ...kinds),
    route(`${part}/metadata`, (at) => [`${at}/metadata`]),
    route(`${part}/rendered`, (at) => [`${at}/rendered`, `${at}/rendered?viewport=8,8`]),
    route(`${part}/thumbnail`, (at) => [`${at}/thumbnail`]),
    route(`${part}/bulkdata/*path`, (at, of) => bulk(at, 'bulkdata', of), 'bulk'),
    route(`${part}/bulk/*path`, (at, of) => bulk(at, 'bulk', of), 'bulk'),
  ];
}

/** By an element, by a name of its own, and by the path of the instance that it is of. */
function bulk(at: string, word: string, { study, series, instance, blob }: Names): string[] {
  const within = ['7FE00010', blob, `${study}/${series}/${instance}/7FE00010`];
  return within.map((path) => `${at}/${word}/${path}`);
}

type Paths = (at: string, of: Names) => string[];

function route(path: string, paths: Paths, ...kinds: readonly string[]): Route {
  const accepts = kinds.length === 0 ? ['*/*'] : kinds.flatMap((kind) => ACCEPTS[kind] ?? []);
  return {
    route: path,
    requests: (names, others) =>
      placesOf(path, names, others)
        .flatMap((at) => paths(at, names))
        .flatMap((target) => accepts.map((accept) => ({ target, headers: { Accept: accept } }))),
  };
}

/** The part by its own names, and below the study and series of others. */
function placesOf(path: string, names: Names, others: readonly Names[]): string[] {
  const levels = path.startsWith(INSTANCE) ? 3 : path.startsWith(SERIES) ? 2 : 1;
  const at = (study: string, series: string) =>
    [
      `/dicom-web/studies/${study}`,
      ...(levels > 1 ? [`series/${series}`] : []),
      ...(levels > 2 ? [`instances/${names.instance}`] : []),
    ].join('/');
  const mixed = others.flatMap((other) => [
    at(other.study, names.series),
    at(other.study, other.series),
    at(names.study, other.series),
  ]);
  // Below another's study and series, only what still names something of these names is asked for.
  return [...new Set([at(names.study, names.series), ...mixed])];
}

const DETAILS = [
  '',
  'includefield=all',
  'includefield=00081110,PatientName,00100010,RequestAttributesSequence',
];

/** Searches at every level, by every key that could name somebody. */
export const QUERIES: readonly Route[] = [
  query('/studies', () => ['/studies']),
  query('/series', ({ study }) => ['/series', `/series?StudyInstanceUID=${study}`]),
  query('/instances', ({ study, instance }) => [
    '/instances',
    `/instances?StudyInstanceUID=${study}`,
    `/instances?0020000D=${study}&SOPInstanceUID=${instance}`,
  ]),
  query(`${STUDY}/series`, ({ study }) => [`/studies/${study}/series`], true),
  query(`${STUDY}/instances`, ({ study }) => [`/studies/${study}/instances`], true),
  query(
    `${SERIES}/instances`,
    ({ study, series }) => [`/studies/${study}/series/${series}/instances`],
    true,
  ),
];

function query(path: string, paths: (names: Names) => string[], below = false): Route {
  return {
    route: path,
    requests(names, others) {
      const mixed = others.map((other) => ({ ...names, study: other.study }));
      const own = [names, ...(below ? mixed : [])].flatMap(paths);
      const keys = [...keysOf(names), ...DETAILS];
      return own.flatMap((each) =>
        keys.map((key) => ({ target: `/dicom-web${each}${joined(each, key)}` })),
      );
    },
  };
}

function joined(path: string, key: string): string {
  if (key === '') return '';
  return `${path.includes('?') ? '&' : '?'}${key}`;
}

function keysOf(names: Names): string[] {
  const { patientId, issuer, family, born, accession, study, series, instance, studyId } = names;
  return [
    `PatientID=${patientId}`,
    `00100020=${patientId}&IssuerOfPatientID=${issuer}`,
    'PatientID=*',
    'PatientID=PAT*',
    `PatientID=PAT-1%5C${patientId}`,
    `IssuerOfPatientID=${issuer}`,
    `PatientName=${family}*`,
    `PatientName=*&fuzzymatching=true`,
    `PatientBirthDate=${born}`,
    `AccessionNumber=${accession}`,
    `StudyID=${studyId}`,
    `StudyInstanceUID=${study}`,
    `StudyInstanceUID=${study}&SeriesInstanceUID=${series}`,
    `SeriesInstanceUID=${series}`,
    `SOPInstanceUID=${instance}`,
    'StudyDate=19000101-20991231&limit=1&offset=1',
    'limit=1',
    'offset=1',
  ];
}
