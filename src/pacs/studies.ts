import type { DataSet } from '../dicom/dataset';
import type { Keyword } from '../dicom/tags';
import { Problem } from '../errors';
import type { ZoneOfArchive } from '../study/attributes';
import { readStudy } from '../study/fromDicom';
import type { StudyHeader } from '../study/model';
import type { Call, Keys, Match, Notice, Stretch, StudyWindow } from '../study/source';
import type { ArchiveClient, SearchAnswer } from './client';
import { cheapNamePattern, needsEscaping, writeKeys, type Parameter } from './encode';
import { includeField } from './fields';
import { tellIgnored } from './ignoredKeys';
import {
  FIND_LIMIT,
  findRows,
  findStudyUids,
  findWindow,
  withText,
  type NativeStudy,
} from './orthanc';
import { sketchStudies } from './orthancSketches';
import type { ArchiveFacts } from './probe';
import { paging, whatFollows } from './searchEnd';
import { readUpdateTime } from './updateTime';

/** The archive at hand: how to call it, what it is, and where its clock stands. */
export interface Archive {
  readonly client: ArchiveClient;
  readonly facts: ArchiveFacts;
  readonly zone: ZoneOfArchive;
}

/** Studies that a find by modality may list; where there are more, QIDO-RS is asked, page by page. */
const FOUND_BY_MODALITY = 1000;
/** UIDs in one list: with 64 characters each, a request line that every server takes (8 kB). */
export const UIDS_A_CALL = 100;

/** Searches study rows; see `StudySource.studies`. */
export async function searchStudies(
  archive: Archive,
  keys: Keys,
  window: Stretch,
  call: Call,
): Promise<StudyWindow> {
  const sketched = window.sketches ? await sketchStudies(archive, keys, window, call) : undefined;
  if (sketched !== undefined) return sketched;
  const native = await nativeUids(archive, keys, call);
  if (native !== undefined) return searchByUids(archive, keys, native, window, call);
  const uids = keys.get('StudyInstanceUID');
  if (uids?.kind === 'values' && uids.values.length > 1) {
    return searchByUids(archive, keys, uids.values, window, call);
  }
  return searchOnce(archive, keys, window, call);
}

/**
 * The studies that match, by Orthanc's own find, where QIDO-RS would lose some: a name or a value that needs
 * escaping, asked of an Orthanc that does not decode its query; and a modality, by which it finds a UID that two
 * patients share for one of them only, and tells of fewer modalities in the rows.
 */
async function nativeUids(
  archive: Archive,
  keys: Keys,
  call: Call,
): Promise<readonly string[] | undefined> {
  const { client, facts } = archive;
  const { dialect } = facts;
  if (!facts.native || dialect.decodesQuery !== 'no') return undefined;
  const asksName = [...keys.values()].some((match) => match.kind === 'name');
  const decoding = { ...dialect, decodesQuery: 'yes' as const };
  const escapes = needsEscaping(writeKeys(keys, decoding, false));
  if (!asksName && !escapes && !keys.has('ModalitiesInStudy')) return undefined;
  const most = asksName || escapes ? FIND_LIMIT : FOUND_BY_MODALITY;
  return findStudyUids(client, keys, dialect, Math.min(most, findCap(dialect)), call);
}

/** Under LimitFindResults a find brings one study less than QIDO-RS does, or as many, and says as little. */
export function findCap({
  silentCap = Infinity,
  pageCap = Infinity,
}: ArchiveFacts['dialect']): number {
  return Math.max(1, Math.min(silentCap, pageCap) - 1);
}

/** Studies by a list of UIDs, a stretch of it at a time: in one call where lists match, else one each. */
async function searchByUids(
  archive: Archive,
  keys: Keys,
  uids: readonly string[],
  window: Stretch,
  call: Call,
): Promise<StudyWindow> {
  const stretch = uids.slice(window.offset, window.offset + Math.min(window.limit, UIDS_A_CALL));
  const lists = archive.facts.dialect.uidLists ? [stretch] : stretch.map((uid) => [uid]);
  // The UIDs were found by these keys or stand beside them: asked again, keys could only lose by escaping.
  const rest = Array.from(keys).filter(([, match]) => match.kind === 'range');
  const found = await Promise.all(
    lists
      .filter((list) => list.length > 0)
      .map((list) => {
        const match: Match = { kind: 'values', values: list };
        const asked = new Map<Keyword, Match>([...rest, ['StudyInstanceUID', match]]);
        return searchList(archive, asked, call);
      }),
  );
  const windows = found.flat();
  const end = window.offset + stretch.length >= uids.length;
  return {
    studies: windows.flatMap(({ studies }) => studies),
    advance: end ? 0 : stretch.length,
    cut: windows.some(({ cut }) => cut),
    notices: windows.flatMap(({ notices }) => notices),
  };
}

/** The studies of a list of UIDs, in pages where the archive gives smaller ones than are asked for. */
async function searchList(archive: Archive, keys: Keys, call: Call): Promise<StudyWindow[]> {
  const limit = UIDS_A_CALL * 2;
  const windows: StudyWindow[] = [];
  for (let offset = 0; offset < limit;) {
    const window = await searchOnce(archive, keys, { limit, offset }, call);
    windows.push(window);
    if (window.advance === 0) break;
    offset += window.advance;
  }
  return windows;
}

async function searchOnce(
  archive: Archive,
  keys: Keys,
  window: Stretch,
  call: Call,
): Promise<StudyWindow> {
  const { client, facts } = archive;
  const [answer, own] = await Promise.all([
    askTwice(archive, keys, window, call),
    facts.native
      ? findWindow(client, keys, facts.dialect, window, call).catch(askLater)
      : undefined,
  ]);
  tellIgnored(answer.rows, keys, call.meter);
  const studies = await readStudies(archive, answer.rows, own, call);
  const follows = await whatFollows(archive, keys, window, answer, call);
  const nameless = answer.received > studies.length;
  if (nameless) call.meter.dropped?.('nameless', answer.received - studies.length);
  return {
    ...follows,
    cut: follows.cut || nameless,
    studies,
    notices: [
      ...follows.notices,
      ...(missesSpellings(keys) ? [SPELLINGS_MISSED] : []),
      ...(nameless ? [ROWS_NAMELESS] : []),
    ],
  };
}

/**
 * A breaker that tries an archive again lets one call through: the find that was made beside it is made later, or the
 * first search of an archive that is back would fail.
 */
function askLater(error: unknown): undefined {
  if (error instanceof Problem && error.code === 'pacs-breaker-open') return undefined;
  throw error;
}

function missesSpellings(keys: Keys): boolean {
  const name = keys.get('PatientName');
  return name?.kind === 'name' && cheapNamePattern(name.text, false).missesSpellings;
}

/** Asks, and where an empty answer may only mean that the archive did not decode, asks with wildcards. */
async function askTwice(
  archive: Archive,
  keys: Keys,
  window: Stretch,
  call: Call,
): Promise<SearchAnswer> {
  const { dialect } = archive.facts;
  const ask = (written: readonly Parameter[]) =>
    archive.client.search(
      { level: 'studies' },
      [...written, ...includeField('studies', keys, dialect), ...paging(window)],
      call,
    );
  const written = writeKeys(keys, dialect, false);
  const answer = await ask(written);
  const doubtful = dialect.decodesQuery === 'unknown' && needsEscaping(written);
  return answer.received === 0 && doubtful ? ask(writeKeys(keys, dialect, true)) : answer;
}

/** The studies of rows, with what the archive's own API tells of them beside QIDO-RS. */
async function readStudies(
  archive: Archive,
  rows: readonly DataSet[],
  own: readonly NativeStudy[] | undefined,
  call: Call,
): Promise<StudyHeader[]> {
  const { client, facts } = archive;
  const { dialect, native } = facts;
  const most = Math.min(FIND_LIMIT, findCap(dialect));
  const ownWords = native ? await findRows(client, rows, most, call, own) : () => undefined;
  return rows
    .map((row) => readRow(archive, row, ownWords(row)))
    .filter((study) => study !== undefined);
}

function readRow(
  { facts: { dialect }, zone }: Archive,
  row: DataSet,
  own: NativeStudy | undefined,
): StudyHeader | undefined {
  const whole = dialect.losesLetters && own !== undefined ? withText(row, own) : row;
  const study = readStudy(whole, zone);
  const lastUpdated =
    dialect.updateTime === 'attribute' ? readUpdateTime(row, zone) : own?.lastUpdate;
  return study && { ...study, ...(lastUpdated !== undefined && { lastUpdated }) };
}

const SPELLINGS_MISSED: Notice = {
  code: 'spellings-not-searched',
  text: 'The archive compares letters exactly: names that differ in the accents of consonants may be missing.',
};
const ROWS_NAMELESS: Notice = {
  code: 'archive-sent-nameless-rows',
  text: 'The archive sent rows that name no study. They cannot be shown, and how many studies match is not known.',
};
