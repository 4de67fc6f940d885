import { json, startFakeArchive, valueOf, type Answer, type Row } from '../gateway/fakeArchive';
import { TAG, type Keyword } from '../../src/dicom/tags';
import { B1, type HeldInstance, type HeldStudy } from './people';

/*
 * An archive over a real socket with QIDO-RS and WADO-RS, honest or in one of the ways in which real ones are not.
 */

/** In what an archive is not honest. */
export interface Vice {
  /** Every matching key is ignored (PS3.18 8.3.4.1 allows it for unknown ones). */
  readonly ignoresKeys?: boolean;
  /** A Patient ID or a UID with `*` or `?` is a pattern. */
  readonly readsWildcards?: boolean;
  /** Series and instances are looked for by their own UIDs, whatever study the path names. */
  readonly ignoresStudyInPath?: boolean;
  /** So is bulk data with a name of its own. */
  readonly ignoresStudyOfBulkData?: boolean;
  /** The rows and the metadata below a study have those of another study before them. */
  readonly mixesInAnother?: boolean;
  /** Attributes that rows below a study and metadata do not tell. */
  readonly silentOn?: readonly Keyword[];
  /** A study row counts everything under its UID, whoever the patient. */
  readonly countsByUid?: boolean;
  /** Whatever is asked, it answers so. */
  readonly answersAll?: Answer;
}

/** A running archive; what it holds and what is wrong with it may change. */
export interface Archive {
  readonly url: string;
  holds: readonly HeldStudy[];
  vice: Vice;
  /** Requests so far. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

interface Place {
  readonly study?: string | undefined;
  readonly series?: string | undefined;
  readonly instance?: string | undefined;
}

interface Found extends HeldInstance {
  readonly of: HeldStudy;
}

export async function startArchive(holds: readonly HeldStudy[], vice: Vice = {}): Promise<Archive> {
  const seen: string[] = [];
  const server = await startFakeArchive(({ path, query, rawQuery, headers }) => {
    seen.push(`${path}?${rawQuery}`);
    if (archive.vice.answersAll !== undefined) return archive.vice.answersAll;
    return answer(archive, path, query, String(headers.accept ?? ''));
  });
  const archive: Archive = { url: server.url, holds, vice, seen, close: () => server.close() };
  return archive;
}

const PART = /^\/studies\/([^/]+)(?:\/series\/([^/]+)(?:\/instances\/([^/]+))?)?(\/.*)?$/;
const QUERY = /^(?:\/studies\/([^/]+))?(?:\/series\/([^/]+))?\/(studies|series|instances)$/;

function answer(archive: Archive, path: string, query: URLSearchParams, accept: string): Answer {
  const [isQuery, study, series, level] = QUERY.exec(path) ?? [];
  if (isQuery !== undefined) return json(rows(archive, { study, series }, level ?? '', query));
  const [isPart, of, within, instance, view = ''] = PART.exec(path) ?? [];
  if (isPart === undefined) return { status: 404 };
  return retrieve(archive, { study: of, series: within, instance }, view, accept);
}

function rows(archive: Archive, place: Place, level: string, query: URLSearchParams): Row[] {
  const { vice } = archive;
  const all = level === 'studies' ? studyRows(archive) : below(archive, place, level);
  const met = all.filter((one) => vice.ignoresKeys === true || meets(one, query, vice));
  const offset = Number(query.get('offset') ?? 0);
  return met.slice(offset, offset + Number(query.get('limit') ?? met.length));
}

function studyRows({ holds, vice }: Archive): Row[] {
  return holds.map(({ uid, study }) => {
    if (vice.countsByUid !== true) return study;
    const all = holds.filter((each) => each.uid === uid).flatMap((each) => each.instances);
    const series = new Set(all.map((each) => each.series));
    return {
      ...study,
      [TAG.NumberOfStudyRelatedSeries]: { vr: 'IS', Value: [series.size] },
      [TAG.NumberOfStudyRelatedInstances]: { vr: 'IS', Value: [all.length] },
    };
  });
}

function below(archive: Archive, place: Place, level: string): Row[] {
  const found = find(archive, place, archive.vice.ignoresKeys === true);
  const others = archive.vice.mixesInAnother === true ? of(B1) : [];
  const all = [...others, ...found].map((one) => spoken(archive.vice, { ...one.row }));
  if (level === 'instances') return all;
  const uidOf = (one: Row) => valueOf(one, 'SeriesInstanceUID');
  const bySeries = new Map(all.map((one) => [uidOf(one), one]));
  return [...bySeries.values()].map((one) => {
    const count = all.filter((each) => uidOf(each) === uidOf(one)).length;
    return { ...one, [TAG.NumberOfSeriesRelatedInstances]: { vr: 'IS', Value: [count] } };
  });
}

/** What an archive tells of a row or of metadata. */
function spoken({ silentOn = [] }: Vice, told: Record<string, unknown>): Row {
  const silent: readonly string[] = silentOn.map((keyword) => TAG[keyword]);
  return Object.fromEntries(Object.entries(told).filter(([tag]) => !silent.includes(tag))) as Row;
}

function of(study: HeldStudy): Found[] {
  return study.instances.map((each) => ({ ...each, of: study }));
}

function find({ holds, vice }: Archive, place: Place, loose = false): Found[] {
  const { study, series, instance } = place;
  const byOwn = vice.ignoresStudyInPath === true && series !== undefined;
  const inStudy = (one: Found) => study === undefined || byOwn || one.of.uid === study;
  const inSeries = (one: Found) => series === undefined || loose || one.series === series;
  return holds
    .flatMap(of)
    .filter(inStudy)
    .filter((one) => inSeries(one) || (vice.ignoresStudyInPath === true && instance === one.uid))
    .filter((one) => instance === undefined || one.uid === instance);
}

const NOT_KEYS = ['limit', 'offset', 'includefield', 'fuzzymatching'];

function meets(one: Row, query: URLSearchParams, { readsWildcards }: Vice): boolean {
  return [...query]
    .filter(([name]) => !NOT_KEYS.includes(name))
    .every(([name, wanted]) => {
      const actual = valuesOf(one, name as Keyword);
      const [from = '', to = ''] = wanted.split('-');
      if (name.endsWith('Date')) {
        return actual.some((day) => (to === '' ? day === from : from <= day && day <= to));
      }
      const literal = readsWildcards !== true && name.endsWith('ID');
      return wanted.split(',').some((text) => actual.some((each) => isLike(each, text, literal)));
    });
}

function valuesOf(one: Row, keyword: Keyword): string[] {
  const value = one[TAG[keyword]]?.Value;
  const many = Array.isArray(value) && value.length > 1;
  return many ? value.map(String) : [valueOf(one, keyword)];
}

function isLike(actual: string, wanted: string, literal: boolean): boolean {
  if (literal) return actual === wanted;
  const escaped = wanted.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'isu').test(actual);
}

function retrieve(archive: Archive, place: Place, view: string, accept: string): Answer {
  const [, kind = 'files', ...rest] = view.split('/');
  const found =
    kind.startsWith('bulk') && place.series === undefined
      ? blobs(archive, place, rest.join('/'))
      : find(archive, place);
  const [first] = found;
  if (first === undefined) return { status: 404, body: '{"Message":"Unknown"}' };
  switch (kind) {
    case 'metadata':
      return metadata(archive, found);
    case 'rendered':
    case 'thumbnail':
      return image(first);
    case 'frames':
      return rest.length > 1 ? image(first) : multipart([first], 'application/octet-stream');
    case 'bulkdata':
      if (accept.includes('multipart')) return multipart([first], 'application/octet-stream');
      return { headers: { 'Content-Type': 'application/octet-stream' }, body: first.bytes };
    default:
      return multipart(found, 'application/dicom');
  }
}

/** Bulk data that has a name of its own, below a study. */
function blobs({ holds, vice }: Archive, { study }: Place, name: string): Found[] {
  return holds
    .filter(({ uid }) => vice.ignoresStudyOfBulkData === true || uid === study)
    .flatMap(of)
    .filter(({ blob }) => blob === name);
}

function image({ bytes }: Found): Answer {
  const body = Buffer.concat([Buffer.from('ffd8ff', 'hex'), Buffer.from(bytes)]);
  return {
    headers: { 'Content-Type': 'image/jpeg', 'Content-Length': String(body.length) },
    body,
  };
}

function multipart(found: readonly Found[], type: string): Answer {
  const parts = found.map(
    ({ bytes }) =>
      `--part\r\nContent-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n\r\n${bytes}\r\n`,
  );
  return {
    headers: { 'Content-Type': `multipart/related; type="${type}"; boundary=part` },
    body: `${parts.join('')}--part--\r\n`,
  };
}

function metadata(archive: Archive, found: readonly Found[]): Answer {
  const others = archive.vice.mixesInAnother === true ? of(B1) : [];
  return json([...found, ...others].map((one) => spoken(archive.vice, dataSet(archive, one))));
}

function dataSet({ url }: Archive, one: Found): Record<string, unknown> {
  const { row: own, of: holder, series, uid, kind, bytes, blob } = one;
  const at = `${url}/studies/${holder.uid}`;
  const bulk = `${at}/series/${series}/instances/${uid}/bulkdata/7FE00010`;
  return {
    ...holder.study,
    ...own,
    '00091010': { vr: 'OB', BulkDataURI: `${at}/bulkdata/${blob}` },
    ...(kind === 'image' && { '7FE00010': { vr: 'OW', BulkDataURI: bulk } }),
    ...(kind === 'document' && {
      [TAG.EncapsulatedDocument]: { vr: 'OB', BulkDataURI: bulk },
      [TAG.MIMETypeOfEncapsulatedDocument]: { vr: 'LO', Value: ['application/pdf'] },
    }),
    ...(kind === 'report' && {
      [TAG.ValueType]: { vr: 'CS', Value: ['CONTAINER'] },
      [TAG.ContentSequence]: { vr: 'SQ', Value: [textItem(bytes)] },
    }),
  };
}

function textItem(text: string): object {
  return {
    [TAG.ValueType]: { vr: 'CS', Value: ['TEXT'] },
    [TAG.TextValue]: { vr: 'UT', Value: [text] },
  };
}
