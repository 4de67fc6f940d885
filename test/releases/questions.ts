import type { ReleaseName } from '../../src/fhir/releases';
import { STUDIES } from './finds';
import { since, type Got, type Running } from './support';

/* One question for each kind of answer. */

export const UID = STUDIES[0]?.uid ?? '';

/** SOP Instance UID of the archive's only PDF. */
export const PDF =
  STUDIES.flatMap(({ series }) => series)
    .flatMap(({ instances }) => instances)
    .find(({ content }) => content?.kind === 'pdf')?.uid ?? '';

/** A question below a release's base and the status of its answer. */
export interface Question {
  readonly name: string;
  readonly path: string;
  readonly status: number;
  readonly type: 'Bundle' | 'Parameters' | 'OperationOutcome' | 'Conformance' | 'other';
  readonly headers?: Readonly<Record<string, string>>;
}

type Row = readonly [name: string, path: string, type?: Question['type'], status?: number];

export const LENIENT = { Prefer: 'handling=lenient' };

export function questionsOf(release: ReleaseName): readonly Question[] {
  const from = (first: ReleaseName, rows: readonly Row[]) => (since(first, release) ? rows : []);
  const include = release === 'dstu1' ? '_include=ImagingStudy.subject' : '_include=ImagingStudy:*';
  const rows: readonly Row[] = [
    ['a page', `ImagingStudy?_count=3&${include}`, 'Bundle'],
    ['a page of all', 'ImagingStudy?_count=100', 'Bundle'],
    ['a page with a warning', 'ImagingStudy?colour=red&_count=2', 'Bundle'],
    ['a page of nothing', 'ImagingStudy?_id=1.2.3', 'Bundle'],
    ['a summary', 'ImagingStudy?_summary=true', 'Bundle'],
    ['a study', `ImagingStudy/${UID}`],
    ['patients', 'Patient', 'Bundle'],
    ['a patient', 'Patient/HOSP-2dA.P-2d1002'],
    ['the studies of a patient', 'Patient/HOSP-2dA.4711/ImagingStudy', 'Bundle'],
    ['metadata', 'metadata', 'Conformance'],
    ['a refusal', 'ImagingStudy?colour=red', 'OperationOutcome', 400],
    ['nothing', 'ImagingStudy/1.2.3', 'OperationOutcome', 404],
    ['what cannot be had', 'ImagingStudy?_format=html', 'OperationOutcome', 406],
    ...from('dstu2', [
      ['texts', 'ImagingStudy?_summary=text', 'Bundle'],
      ['data', 'ImagingStudy?_summary=data', 'Bundle'],
      ['elements', 'ImagingStudy?_elements=started', 'Bundle'],
      ['a number', 'ImagingStudy?_summary=count', 'Bundle'],
      ['definitions', 'StructureDefinition', 'Bundle'],
      ['a definition', 'StructureDefinition/wado-rs-url'],
      ['the versions', '$versions', 'Parameters'],
      ['a document', `Binary/${PDF}`],
    ]),
    ...from('stu3', [
      ['endpoints', 'Endpoint', 'Bundle'],
      ['an endpoint', 'Endpoint/wado-rs'],
      ['the elements of an endpoint', 'Endpoint?_elements=name', 'Bundle'],
    ]),
  ];
  return rows.map(([name, path, type = 'other', status = 200]) => ({
    name,
    path,
    type,
    status,
    ...(name.includes('warning') && { headers: LENIENT }),
  }));
}

const FORMAT = {
  json: 'application/fhir+json, application/json+fhir',
  xml: 'application/fhir+xml, application/xml+fhir, application/atom+xml',
};

/** Asks in one format, by the Accept header, so that `_format` stays for the question. */
export function put(
  running: Running,
  release: ReleaseName,
  { path, headers = {} }: Question,
  format: 'json' | 'xml',
): Promise<Got> {
  const init = { headers: { ...headers, Accept: FORMAT[format] } };
  return running.ask(`/fhir/${release}/${path}`, init);
}
