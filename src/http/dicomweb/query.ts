import type { Request } from 'express';
import { maySee, type Access } from '../../auth/access';
import { requireScope } from '../../auth/scopes';
import { string, type DataSet } from '../../dicom/dataset';
import { TAG } from '../../dicom/tags';
import { Problem } from '../../errors';
import { pathOf, readTarget } from '../../study/retrieval';
import type { FoundRow, RowPath, RowQuery } from '../../study/rowSearch';
import type { Call } from '../../study/source';
import { readParameters } from '../asked';
import { exchangeOf } from '../exchange';
import { choose, covers } from './accept';
import type { Findings } from './audited';
import { bufferBody } from './bufferBody';
import { readRowParameters, type AskedRows } from './queryParameters';
import type { Prepared } from './send';
import type { DicomWebServices } from './services';
import { visibleStudies } from './visibleStudies';

const TYPES = ['application/dicom+json', 'application/json'] as const;

/** Rows of an answer, and whether there may be more that the client should ask for. */
export interface Page {
  readonly rows: readonly FoundRow[];
  readonly cut: boolean;
}

/**
 * Answers a QIDO-RS query (PS3.18 10.6) as DICOM JSON: 200 and a list, an empty one where nothing matches (10.6.3
 * leaves 204 as well, which clients have been seen to fail on).
 */
export async function answerQuery(
  request: Request,
  segments: readonly string[],
  services: DicomWebServices,
  findings: Findings,
): Promise<Prepared> {
  const access = await services.access(request);
  findings.access = access;
  requireScope(access, 'ImagingStudy', 'search');
  services.countSearch(access.caller.key);
  choose(request.get('Accept'), (range) => TYPES.find((each) => covers(range, each)), TYPES);
  const path = readPath(segments);
  const asked = readRowParameters(readParameters(request), path.level);
  const { call } = exchangeOf(request);
  const page =
    path.level === 'studies'
      ? await studies(asked, access, services, findings, call)
      : await below(path, asked, access, services, findings, call);
  const rootUrl = services.rootUrl(request);
  const json = page.rows.map(({ row }) => writeRow(row, path, rootUrl));
  return bufferBody(TYPES[0], Buffer.from(JSON.stringify(json)), page.cut ? CUT : {});
}

/** PS3.18 8.3.4.4: a service that does not send all matches says so. */
const CUT = {
  warning:
    '299 dicomweb-fhir-gateway "There are additional results that can be requested with limit and offset"',
};

async function studies(
  asked: AskedRows,
  access: Access,
  services: DicomWebServices,
  findings: Findings,
  call: Call,
): Promise<Page> {
  const { defaultRows, maxRows } = services.limits;
  const limit = Math.min(asked.limit ?? defaultRows, maxRows);
  const page = await visibleStudies({ ...asked, limit }, access, services, call);
  findings.studies = page.rows.flatMap(({ study }) => study ?? []);
  return page;
}

/** Series or instances: of a study that the caller may see, or of all studies where the caller may see all. */
async function below(
  path: RowPath,
  asked: AskedRows,
  access: Access,
  services: DicomWebServices,
  findings: Findings,
  call: Call,
): Promise<Page> {
  const scoped = intoStudy(path, asked);
  const { study, series } = scoped.path;
  if (study === undefined) {
    if (access.clauses.length > 0) throw withoutStudy(path);
    const { defaultRows, maxRows } = services.limits;
    const limit = Math.min(asked.limit ?? defaultRows, maxRows);
    return search({ ...scoped, limit }, access, services, call);
  }
  const part = { study, ...(series !== undefined && { series }) };
  findings.part = part;
  findings.studies = await services.ownership.openPart(access, part, call);
  // A study's rows are not cut: a viewer that names no limit would show part of a study as all of it.
  return search(scoped, access, services, call);
}

async function search(
  query: RowQuery,
  access: Access,
  { rows }: DicomWebServices,
  call: Call,
): Promise<Page> {
  const found = await rows.search(query, call);
  const visible = found.rows.filter(({ study }) => study === undefined || maySee(access, study));
  const full = query.limit !== undefined && found.received >= query.limit;
  return { rows: visible, cut: found.next === 'told' || (found.next === 'maybe' && full) };
}

/** A study or series that is named by a key stands in the path then: some archives ignore the key. */
function intoStudy(path: RowPath, { conditions, ...asked }: AskedRows): RowQuery {
  const uidOf = (keyword: 'StudyInstanceUID' | 'SeriesInstanceUID') => {
    const value = conditions.find((each) => each.keyword === keyword)?.value;
    return value !== undefined && /^[^,\\]+$/.test(value) ? value : undefined;
  };
  const study = path.study ?? uidOf('StudyInstanceUID');
  if (study === undefined) return { ...asked, path, conditions };
  const rest = conditions.filter(({ keyword }) => keyword !== 'StudyInstanceUID');
  return {
    ...asked,
    path: { ...path, study },
    conditions: path.study === undefined ? rest : conditions,
  };
}

function withoutStudy({ level }: RowPath): Problem {
  const text =
    `Whose ${level} these would be can only be told study by study. Add StudyInstanceUID, for example ` +
    `/${level}?StudyInstanceUID=1.2.3, or ask at /studies/1.2.3/${level}.`;
  return new Problem('too-costly', text, { location: ['StudyInstanceUID'] });
}

/** The path of a query, from one of the table of routes. */
function readPath(segments: readonly string[]): RowPath {
  const level = segments.at(-1);
  const [study, series] = segments.length > 1 ? [segments[1], segments[3]] : [];
  if (level !== 'studies' && level !== 'series' && level !== 'instances') {
    throw new Problem('not-found', 'There is nothing at this path.');
  }
  const named = study === undefined || readTarget(segments.slice(0, -1)) !== undefined;
  if (!named)
    throw new Problem('invalid-value', 'The path holds a UID that is none, unlike 1.2.3.');
  return {
    level,
    ...(study !== undefined && { study }),
    ...(series !== undefined && { series }),
  };
}

/** A row with its Retrieve URL (0008,1190) leading to the gateway, made of the UIDs in it. */
function writeRow(row: DataSet, path: RowPath, rootUrl: string): object {
  const uid = (keyword: 'SeriesInstanceUID' | 'SOPInstanceUID') => string(row, keyword) ?? '';
  const series = path.series ?? uid('SeriesInstanceUID');
  const segments = [
    'studies',
    path.study ?? string(row, 'StudyInstanceUID') ?? '',
    ...(path.level === 'studies' ? [] : ['series', series]),
    ...(path.level === 'instances' ? ['instances', uid('SOPInstanceUID')] : []),
  ];
  const target = readTarget(segments);
  const written = new Map(row);
  written.delete(TAG.RetrieveURL);
  if (target !== undefined) {
    written.set(TAG.RetrieveURL, { vr: 'UR', Value: [`${rootUrl}/${pathOf(target)}`] });
  }
  return Object.fromEntries(written);
}
