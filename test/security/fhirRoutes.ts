import { RELEASES, type ReleaseName } from '../../src/fhir/releases';
import { declaredParameters } from '../../src/search/parameters';
import { DIALECTS } from '../../src/search/dialects';
import type { Names } from './names';
import type { Route } from './routes';
import type { Sent } from './wire';
import { SYSTEMS } from './people';

/* What can be asked of a FHIR endpoint: every search parameter that a release declares is asked by. */

/** A FHIR endpoint: its base, and the release that answers there. */
export interface Base {
  readonly path: string;
  readonly release: ReleaseName;
}

export const BASES: readonly Base[] = [
  ...Object.values(RELEASES).map(({ name }) => ({ path: `/fhir/${name}`, release: name })),
  { path: '/fhir', release: 'dstu1' },
];

/** Values of the search parameters of ImagingStudy, by their names in any release. */
const STUDY_VALUES: Readonly<Record<string, (names: Names) => readonly string[]>> = {
  _id: ({ study }) => [study],
  _lastUpdated: () => ['ge2000-01-01'],
  _language: () => ['en'],
  accession: ({ accession }) => [accession, `|${accession}`],
  identifier: ({ accession, study, studyId }) => [
    accession,
    studyId,
    `urn:dicom:uid|urn:oid:${study}`,
  ],
  basedon: () => [],
  'based-on': () => [],
  bodysite: () => ['CHEST'],
  'body-site': () => ['CHEST'],
  date: () => ['2020'],
  started: () => ['2020', 'ge1900'],
  'dicom-class': () => ['1.2.840.10008.5.1.4.1.1.2'],
  endpoint: () => ['wado-rs'],
  modality: () => ['CT'],
  series: ({ series }) => [series],
  size: () => ['1'],
  status: () => ['available'],
  study: ({ study }) => [study, `urn:oid:${study}`],
  uid: ({ instance }) => [instance],
  instance: ({ instance }) => [instance],
  patient: ({ patient }) => [patient, `Patient/${patient}`],
  subject: ({ patient }) => [patient, `Patient/${patient}`],
};

/** Values of the search parameters of Patient. */
const PATIENT_VALUES: Readonly<Record<string, (names: Names) => readonly string[]>> = {
  _id: ({ patient }) => [patient],
  identifier: ({ patientId, issuer }) => [
    patientId,
    `${issuer}|${patientId}`,
    `${SYSTEMS[issuer] ?? ''}|${patientId}`,
    `|${patientId}`,
  ],
  name: ({ family, given }) => [family, given],
  family: ({ family }) => [family, family.slice(0, 2)],
  given: ({ given }) => [given],
  birthdate: ({ born }) => [`${born.slice(0, 4)}-${born.slice(4, 6)}-${born.slice(6)}`],
  gender: () => ['other'],
  _language: () => ['en'],
};

/** Values of the search parameters of Endpoint, of which there is one here. */
const ENDPOINT_VALUES: typeof PATIENT_VALUES = {
  _id: () => ['wado-rs'],
  _lastUpdated: () => ['ge2000-01-01'],
  _language: () => ['en'],
  'connection-type': () => ['dicom-wado-rs'],
  identifier: () => ['x'],
  name: () => ['DICOM'],
  organization: () => ['x'],
  'payload-type': () => ['none'],
  status: () => ['active'],
};

/** @throws Error for a parameter that nobody has thought of here */
function valuesOf(table: typeof STUDY_VALUES, name: string, names: Names): readonly string[] {
  const values = table[name];
  if (values === undefined) throw new Error(`the search parameter ${name} is not in the table`);
  return values(names);
}

type Pair = readonly [name: string, value: string];

/** Every declared parameter with a value of these names, plain, chained and modified. */
function searchesOf(release: ReleaseName, type: 'ImagingStudy' | 'Patient', names: Names): Pair[] {
  const table = type === 'Patient' ? PATIENT_VALUES : STUDY_VALUES;
  return declaredParameters(release, type).flatMap(({ name, target, chain = [] }): Pair[] => [
    ...valuesOf(table, name, names).map((value): Pair => [name, value]),
    ...chain.flatMap((each) =>
      valuesOf(
        target?.includes('Endpoint') === true ? ENDPOINT_VALUES : PATIENT_VALUES,
        each,
        names,
      ).map((value): Pair => [`${name}.${each}`, value]),
    ),
    ...(name === 'patient' || name === 'subject'
      ? [[`${name}:identifier`, `${names.issuer}|${names.patientId}`] as const]
      : []),
    ...(name.startsWith('based') ? [[`${name}:identifier`, names.accession] as const] : []),
    [`${name}:missing`, 'false'],
    [`${name}:not`, 'nothing'],
  ]);
}

/** How a result may be wanted. */
function resultsOf(release: ReleaseName): Pair[] {
  return [
    ...Object.keys(DIALECTS[release].includes.ImagingStudy).map((value): Pair => [
      '_include',
      value,
    ]),
    ['_count', '1'],
    ['_summary', 'count'],
    ['_summary', 'true'],
    ['_total', 'accurate'],
    ['_elements', 'subject,patient'],
    ['_explain', 'true'],
    ['_revinclude', '*'],
    [release === 'dstu1' || release === 'dstu2' ? '_sort:desc' : '_sort', 'date'],
    ['_pretty', 'true'],
  ];
}

/** The routes of an endpoint that show something of the archive. */
export function fhirRoutes({ path, release }: Base): Route[] {
  const search = (
    route: string,
    type: 'ImagingStudy' | 'Patient',
    at: (names: Names) => string,
  ): Route[] => {
    const all = (names: Names): Pair[] => [
      ...searchesOf(release, type, names),
      ...resultsOf(release),
    ];
    const get = (names: Names, suffix: string): Sent[] => [
      { target: path + at(names) + suffix },
      ...all(names).map((pair) => ({ target: `${path}${at(names)}${suffix}?${form([pair])}` })),
    ];
    return [
      { route, requests: (names) => get(names, '') },
      {
        route: `${route}/_search`,
        requests: (names) => [
          ...get(names, '/_search').slice(0, 3),
          ...all(names).map((pair) => ({
            method: 'POST',
            target: `${path}${at(names)}/_search`,
            body: form([pair]),
          })),
        ],
      },
    ];
  };
  const read = (route: string, ...targets: readonly ((names: Names) => string)[]): Route => ({
    route,
    requests: (names) => targets.map((target) => ({ target: path + target(names) })),
  });
  const version = '0123456789abcdef';
  return [
    ...search('/ImagingStudy', 'ImagingStudy', () => '/ImagingStudy'),
    ...search(
      '/Patient/:id/ImagingStudy',
      'ImagingStudy',
      ({ patient }) => `/Patient/${patient}/ImagingStudy`,
    ),
    ...search('/Patient', 'Patient', () => '/Patient'),
    read(
      '/ImagingStudy/$explain',
      () => '/ImagingStudy/$explain',
      ({ study }) => `/ImagingStudy/$explain?_id=${study}`,
    ),
    read(
      '/ImagingStudy/:id',
      ({ study }) => `/ImagingStudy/${study}`,
      ({ study }) => `/ImagingStudy/${study}?_summary=true`,
    ),
    read(
      '/ImagingStudy/:id/_history/:version',
      ({ study }) => `/ImagingStudy/${study}/_history/${version}`,
    ),
    read('/Patient/:id', ({ patient }) => `/Patient/${patient}`),
    read(
      '/Patient/:id/_history/:version',
      ({ patient }) => `/Patient/${patient}/_history/${version}`,
    ),
    {
      route: '/Binary/:id',
      requests: ({ instance, report, document }) =>
        [instance, report, document].flatMap((id) =>
          ['*/*', 'application/fhir+json', 'application/fhir+xml'].map((accept) => ({
            target: `${path}/Binary/${id}`,
            headers: { Accept: accept },
          })),
        ),
    },
  ];
}

/** Routes of an endpoint that show nothing of the archive. */
export const OWN_ROUTES: readonly string[] = [
  '/',
  '/metadata',
  '/Endpoint',
  '/Endpoint/_search',
  '/Endpoint/:id',
  '/StructureDefinition',
  '/StructureDefinition/_search',
  '/StructureDefinition/:id',
  '/OperationDefinition/:id',
  '/$versions',
];

function form(pairs: readonly Pair[]): string {
  return pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
}
