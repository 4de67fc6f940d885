import {
  DICTIONARY,
  type AttributeValue,
  type Attributes,
  type Level,
  type Name,
} from './dictionary';
import type { DemoInstance, DemoPatient, DemoSeries, DemoStudy } from './model';
import { sceneOf } from './pictures/scenes';

/**
 * A study, a series or an instance with everything above it. An attribute is looked up in `layers`, from
 * the entity's own to its study's, which is what makes searches relational (PS3.4 C.4.1.3.2.2).
 */
export interface Entity {
  readonly level: Level;
  /** Path below the service root, as in RetrieveURL. */
  readonly path: string;
  readonly layers: readonly Attributes[];
}

/** A study of the archive with its series in the order of their numbers. */
export interface StudyEntry extends Entity {
  readonly study: DemoStudy;
  readonly series: readonly SeriesEntry[];
}

/** A series of the archive with its instances in the order of their numbers. */
export interface SeriesEntry extends Entity {
  readonly series: DemoSeries;
  readonly instances: readonly InstanceEntry[];
}

/** An instance of the archive. */
export interface InstanceEntry extends Entity {
  readonly instance: DemoInstance;
}

/** Everything the archive holds, newest study first. */
export interface Holdings {
  readonly studies: readonly StudyEntry[];
  readonly byUid: ReadonlyMap<string, StudyEntry>;
  readonly byPatientId: ReadonlyMap<string, readonly StudyEntry[]>;
}

/** Indexes the content. Studies are in a stable order, so that pages are. */
export function hold(studies: readonly DemoStudy[]): Holdings {
  const entries = studies.map(studyEntry).sort(newestFirst);
  const byPatientId = new Map<string, StudyEntry[]>();
  for (const entry of entries) {
    const { id } = entry.study.patient;
    const others = byPatientId.get(id);
    if (others) others.push(entry);
    else byPatientId.set(id, [entry]);
  }
  const byUid = new Map(entries.map((entry) => [entry.study.uid, entry]));
  return { studies: entries, byUid, byPatientId };
}

/** The value of an attribute of an entity, or of what it belongs to. */
export function valueOf(entity: Entity, name: Name): AttributeValue | undefined {
  for (const layer of entity.layers) {
    const value = layer[name];
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The level at which searches know an attribute. */
export function levelOf(name: Name): Level {
  return DICTIONARY[name][2];
}

/** The attributes of the patient, as the first part of each of their data sets (PS3.3 C.7.1.1). */
function patientAttributes(patient: DemoPatient): Attributes {
  return {
    PatientName: patient.name,
    PatientID: patient.id,
    ...(patient.issuer === undefined ? {} : { IssuerOfPatientID: patient.issuer }),
    ...(patient.birthDate === undefined ? {} : { PatientBirthDate: patient.birthDate }),
    ...(patient.sex === undefined ? {} : { PatientSex: patient.sex }),
    ...patient.attributes,
  };
}

function studyEntry(study: DemoStudy): StudyEntry {
  const own: Attributes = {
    SpecificCharacterSet: 'ISO_IR 192',
    StudyInstanceUID: study.uid,
    ...study.attributes,
    ...patientAttributes(study.patient),
  };
  const instances = study.series.flatMap((series) => series.instances);
  const counted: Attributes = {
    InstanceAvailability: study.availability,
    ModalitiesInStudy: distinct(study.series.map((series) => series.modality)),
    SOPClassesInStudy: distinct(instances.map((instance) => instance.sopClass)),
    NumberOfStudyRelatedSeries: study.series.length,
    NumberOfStudyRelatedInstances: instances.length,
  };
  const entry = { level: 'study' as const, path: `/studies/${study.uid}`, layers: [own, counted] };
  const series = [...study.series].sort(byNumber).map((item) => seriesEntry(item, entry));
  return { ...entry, study, series };
}

function seriesEntry(series: DemoSeries, study: Entity): SeriesEntry {
  const own: Attributes = {
    SeriesInstanceUID: series.uid,
    Modality: series.modality,
    SeriesNumber: series.number,
    NumberOfSeriesRelatedInstances: series.instances.length,
    ...series.attributes,
  };
  const path = `${study.path}/series/${series.uid}`;
  const entry = { level: 'series' as const, path, layers: [own, ...study.layers] };
  const instances = [...series.instances].sort(byNumber).map((item) => instanceEntry(item, entry));
  return { ...entry, series, instances };
}

function instanceEntry(instance: DemoInstance, series: Entity): InstanceEntry {
  const own: Attributes = {
    SOPClassUID: instance.sopClass,
    SOPInstanceUID: instance.uid,
    InstanceNumber: instance.number,
    ...instance.attributes,
  };
  const { content } = instance;
  const picture = content?.kind === 'picture' ? [sceneOf(content.scene).attributes] : [];
  const path = `${series.path}/instances/${instance.uid}`;
  return { level: 'instance', path, layers: [own, ...picture, ...series.layers], instance };
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}

/** The order of studies: by date, the newest first and those without a date last, then by UID. */
export function newestFirst(a: StudyEntry, b: StudyEntry): number {
  const [left, right] = [dateOf(a), dateOf(b)];
  if (left !== right) return left > right ? -1 : 1;
  return a.study.uid < b.study.uid ? -1 : 1;
}

function dateOf({ study }: StudyEntry): string {
  const date = study.attributes.StudyDate;
  return typeof date === 'string' ? date : '';
}

function byNumber(a: Numbered, b: Numbered): number {
  return a.number - b.number || (a.uid < b.uid ? -1 : 1);
}

interface Numbered {
  readonly number: number;
  readonly uid: string;
}
