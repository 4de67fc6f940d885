import { createHash } from 'node:crypto';
import { string, type DataSet } from '../dicom/dataset';
import { readDate, readOffset, readTime } from '../dicom/values';
import type { ZoneOfArchive } from '../study/attributes';
import type { Dialect } from './dialects';

/*
 * When an archive says that a study last changed. DICOM has no attribute for it in a study row, so each product
 * has its own.
 */

/** Private creator (PS3.5 7.8.1) of the attributes that dcm4chee adds to its rows under `includefield=all`. */
const DCM4CHEE = 'DCM4CHEE Archive 5';
/**
 * Elements of its block, the best first: Study Modified Date Time (dcm4chee-arc-light issue 3724) moves when the
 * study does; Study Update Date Time, all that older releases have, moves when the study is retrieved, too (issue
 * 469), so that it finds a study too often but never too seldom.
 */
const STUDY_CHANGED = ['2D', '21'] as const;

/**
 * The update time in a study row of dcm4chee.
 *
 * @param zone the archive's clock: older releases tell no offset (issue 3049)
 * @returns an ISO instant in UTC; undefined when the row tells none, or none that is an instant
 */
export function readUpdateTime(row: DataSet, zone: ZoneOfArchive): string | undefined {
  const block = privateBlock(row);
  if (block === undefined) return undefined;
  return STUDY_CHANGED.map((element) =>
    readInstant(textAt(row, `7777${block}${element}`), row, zone),
  ).find((instant) => instant !== undefined);
}

/** Study Access Date Time, which moves when somebody looks at the study, this gateway too. */
const STUDY_ACCESSED = '22';

/**
 * What changes with a study in dcm4chee, as far as its row shows: a short text for all of it, that of the patient and
 * the counts included. Equal texts: nothing has changed.
 *
 * @returns undefined for a row that does not tell when the study changed: what is below it may have
 */
export function changeState(row: DataSet): string | undefined {
  const block = privateBlock(row);
  if (block === undefined) return undefined;
  const tagOf = (element: string) => `7777${block}${element}`;
  const [told, ...worse] = STUDY_CHANGED.map(tagOf).filter((tag) => textAt(row, tag) !== undefined);
  if (told === undefined) return undefined;
  const silent = new Set([...worse, tagOf(STUDY_ACCESSED)]);
  const shown = Array.from(row).filter(([tag]) => !silent.has(tag));
  return createHash('sha1').update(JSON.stringify(shown)).digest('base64');
}

/** The block that the creator reserved: (7777,00xx) reserves (7777,xx00) to (7777,xxFF). */
function privateBlock(row: DataSet): string | undefined {
  const creator = Array.from(row.keys()).find(
    (tag) => /^777700[1-9A-F][0-9A-F]$/.test(tag) && textAt(row, tag) === DCM4CHEE,
  );
  return creator?.slice(6);
}

function textAt(row: DataSet, tag: string): string | undefined {
  const value = row.get(tag)?.Value?.[0];
  return typeof value === 'string' ? value.trim() : undefined;
}

/**
 * A DT value (PS3.5 6.2) as an instant: its own offset counts, else the row's, else the archive's. An instant
 * whose offset nobody knows is none: taken for UTC it would be wrong by hours, and a search would lose it.
 */
function readInstant(
  value: string | undefined,
  row: DataSet,
  zone: ZoneOfArchive,
): string | undefined {
  const parts = /^(\d{8})(\d{6}(?:\.\d{1,6})?)([+-]\d{4})?$/.exec(value ?? '');
  const date = readDate(parts?.[1]);
  const time = readTime(parts?.[2]);
  if (date === undefined || time === undefined) return undefined;
  const told = readOffset(parts?.[3]) ?? readOffset(string(row, 'TimezoneOffsetFromUTC'));
  const offset = told ?? zone(date, time);
  return offset === undefined ? undefined : new Date(`${date}T${time}${offset}`).toISOString();
}

/**
 * Orthanc's `LastUpdate`, which is UTC whatever the server's zone is, and told to the second.
 *
 * The last millisecond of that second stands for it: a study that is stored while a client asks what changed
 * since this very moment would otherwise have changed before, and be lost to that client for ever.
 *
 * @returns an ISO instant in UTC; undefined when it is no such value
 */
export function readLastUpdate(value: unknown): string | undefined {
  const parts = typeof value === 'string' ? /^(\d{8})T(\d{6})$/.exec(value) : null;
  const date = readDate(parts?.[1]);
  const time = readTime(parts?.[2]);
  return date === undefined || time === undefined ? undefined : `${date}T${time}.999Z`;
}

/** What the conformance statement says of a study's last update, once it is known what the archive tells. */
export const UPDATE_TIME_WORDS: Readonly<Record<Dialect['updateTime'], string>> = {
  attribute: 'When the study last changed, as dcm4chee tells it (meta.lastUpdated)',
  native:
    'When an instance of the study was last stored, as Orthanc tells it, to the second (meta.lastUpdated); ' +
    'what is deleted does not count',
  untold:
    'Since when this gateway has seen the study as it is (meta.lastUpdated), because the archive does not tell ' +
    'when it changed; another gateway, or this one after a restart, may have seen it later',
};
