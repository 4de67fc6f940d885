import type { DataSet } from '../dicom/dataset';
import { TAG, type Keyword } from '../dicom/tags';
import { readStudy } from '../study/fromDicom';
import type { Call, Keys, Stretch, StudyWindow } from '../study/source';
import { tellIgnored } from './ignoredKeys';
import { limitCountsMatches } from './indexed';
import { findWindow, type NativeStudy } from './orthanc';
import { whatFollows } from './searchEnd';
import type { Archive } from './studies';

/** What of a study Orthanc's index holds, in every release, of what it is chosen and put in order by. */
const INDEXED: readonly Keyword[] = [
  'StudyInstanceUID',
  'StudyDate',
  'StudyTime',
  'AccessionNumber',
  'StudyID',
  'PatientID',
  'PatientName',
  'PatientBirthDate',
  'PatientSex',
];

/**
 * Sketches of the studies of a stretch, out of Orthanc's index. Its QIDO-RS opens a file of each study and takes ten to
 * twenty times as long.
 *
 * @returns undefined where rows must be asked for: of archives without such an index, by a key that is not in it, and
 *   where a study is told without its UID
 */
export async function sketchStudies(
  archive: Archive,
  keys: Keys,
  window: Stretch,
  call: Call,
): Promise<StudyWindow | undefined> {
  const { client, facts, zone } = archive;
  const { dialect } = facts;
  if (!dialect.sketches || !limitCountsMatches('studies', [...keys.keys()], dialect)) {
    return undefined;
  }
  const found = await findWindow(client, keys, dialect, window, call);
  if (found === undefined) return undefined;
  const rows = found.map(rowOf);
  tellIgnored(rows, keys, call.meter);
  const studies = rows.map((row, index) => {
    const study = readStudy(row, zone);
    const lastUpdated = found[index]?.lastUpdate;
    return study && { ...study, sketch: true as const, ...(lastUpdated && { lastUpdated }) };
  });
  if (!studies.every((study) => study !== undefined)) return undefined;
  const answer = { rows, received: rows.length };
  return { ...(await whatFollows(archive, keys, window, answer, call)), studies };
}

function rowOf({ tags }: NativeStudy): DataSet {
  return new Map(
    INDEXED.flatMap((keyword) => {
      const text = tags[keyword];
      return text === undefined ? [] : [[TAG[keyword], { Value: [text] }]];
    }),
  );
}
