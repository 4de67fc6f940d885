import { namesIn, type Attributes } from './dictionary';
import { ECG_ATTRIBUTES, ecgData } from './ecg';
import { encodeFile, type Bulk } from './encode';
import type { InstanceEntry } from './holdings';
import { toJson, type JsonDataSet } from './json';
import { pdfPage } from './pdf';
import { pixelData } from './pictures/pixels';
import { sceneOf } from './pictures/scenes';

/** Attributes that every file must have, if only without a value (type 2, PS3.3 C.7.1.1 to C.7.3.1). */
const TYPE_2: Attributes = {
  StudyDate: '',
  StudyTime: '',
  AccessionNumber: '',
  ReferringPhysicianName: '',
  Manufacturer: '',
  PatientBirthDate: '',
  PatientSex: '',
  StudyID: '',
};

/** What only a search knows: it is counted, or depends on who asks, and is never in a file. */
const SEARCH_ONLY: ReadonlySet<string> = new Set([
  'InstanceAvailability',
  'ModalitiesInStudy',
  'SOPClassesInStudy',
  'NumberOfStudyRelatedSeries',
  'NumberOfStudyRelatedInstances',
  'NumberOfSeriesRelatedInstances',
]);

/** The instance as a DICOM file (PS3.10). */
export function fileOf(entry: InstanceEntry): Buffer {
  return encodeFile(dataSetOf(entry), bulkOf(entry));
}

/** The instance in the DICOM JSON Model, its bulk data as a link below `root` (PS3.18 10.4.1.1.2). */
export function metadataOf(entry: InstanceEntry, root: string): JsonDataSet {
  const bulk = bulkOf(entry);
  return toJson(
    dataSetOf(entry),
    bulk && { bulk, uri: `${root}${entry.path}/bulkdata/${bulk.tag}` },
  );
}

/** The complete data set of an instance but for its bulk data. */
export function dataSetOf(entry: InstanceEntry): Attributes {
  const layers = [...entry.layers].reverse();
  const all = [TYPE_2, ...layers, contentAttributes(entry)].reduce(overlay);
  const stored = namesIn(all).filter((name) => !SEARCH_ONLY.has(name));
  return Object.fromEntries(stored.map((name) => [name, all[name]]));
}

function overlay(below: Attributes, above: Attributes): Attributes {
  return { ...below, ...above };
}

function contentAttributes({ instance: { content } }: InstanceEntry): Attributes {
  if (content?.kind === 'ecg') return ECG_ATTRIBUTES;
  return content?.kind === 'pdf' ? { MIMETypeOfEncapsulatedDocument: 'application/pdf' } : {};
}

/** The bulk data of an instance: pixels, document or waveform; none for a report. */
export function bulkOf({ instance: { content } }: InstanceEntry): Bulk | undefined {
  switch (content?.kind) {
    case 'picture': {
      const vr = sceneOf(content.scene).bytesPerSample === 1 ? 'OB' : 'OW';
      return { tag: '7FE00010', vr, bytes: () => pixelData(content.scene, content.position) };
    }
    case 'pdf':
      return { tag: '00420011', vr: 'OB', bytes: () => pdfPage(content.lines) };
    case 'ecg':
      return {
        tag: '54001010',
        vr: 'OW',
        within: 'WaveformSequence',
        bytes: () => ecgData(content.rate),
      };
    case undefined:
      return undefined;
  }
}
