import type { Attributes } from '../dictionary';
import type { DemoInstance, DemoPatient, DemoSeries, DemoStudy } from '../model';
import type { SceneName } from '../pictures/scenes';
import { uidFor } from '../uid';

/** The storage SOP classes of this archive (PS3.4 B.5). */
export const SOP_CLASS = {
  cr: '1.2.840.10008.5.1.4.1.1.1',
  ct: '1.2.840.10008.5.1.4.1.1.2',
  mr: '1.2.840.10008.5.1.4.1.1.4',
  us: '1.2.840.10008.5.1.4.1.1.6.1',
  usMultiFrame: '1.2.840.10008.5.1.4.1.1.3.1',
  secondaryCapture: '1.2.840.10008.5.1.4.1.1.7',
  ecg: '1.2.840.10008.5.1.4.1.1.9.1.1',
  presentationState: '1.2.840.10008.5.1.4.1.1.11.1',
  basicTextReport: '1.2.840.10008.5.1.4.1.1.88.11',
  keyObjects: '1.2.840.10008.5.1.4.1.1.88.59',
  pdf: '1.2.840.10008.5.1.4.1.1.104.1',
} as const;

/** An instance before it has a number and a UID. */
export type InstancePlan = Omit<DemoInstance, 'uid' | 'number'>;

/** A series before it has a number and a UID. */
export interface SeriesPlan {
  readonly modality: string;
  readonly attributes: Attributes;
  readonly instances: readonly InstancePlan[];
}

/** A study before it has a UID: `key` is a name within this archive from which all its UIDs come. */
export interface StudyPlan {
  readonly key: string;
  readonly patient: DemoPatient;
  readonly availability?: 'NEARLINE';
  readonly attributes: Attributes;
  readonly series: readonly SeriesPlan[];
}

/** Numbers the series and instances of a study from 1 and gives everything its UID. */
export function build(plan: StudyPlan): DemoStudy {
  return {
    uid: studyUid(plan.key),
    patient: plan.patient,
    availability: plan.availability ?? 'ONLINE',
    attributes: plan.attributes,
    series: plan.series.map((series, index) => buildSeries(plan.key, series, index + 1)),
  };
}

/** The UID of a study by its key. */
export function studyUid(key: string): string {
  return uidFor(`study/${key}`);
}

/** The UID of a series by its study's key and its number. */
export function seriesUid(key: string, series: number): string {
  return uidFor(`series/${key}/${series}`);
}

/** The UID of an instance by its study's key, its series' number and its own. */
function instanceUid(key: string, series: number, instance: number): string {
  return uidFor(`instance/${key}/${series}/${instance}`);
}

function buildSeries(key: string, plan: SeriesPlan, number: number): DemoSeries {
  const instances = plan.instances.map((instance, index) => ({
    ...instance,
    uid: instanceUid(key, number, index + 1),
    number: index + 1,
  }));
  return { ...plan, uid: seriesUid(key, number), number, instances };
}

/** A coded concept (PS3.3 8.8). */
export function code(value: string, scheme: string, meaning: string): Attributes {
  return { CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning };
}

/** The issuer of an order or accession number (PS3.3 10.14, HL7v2 HD). */
export function assigner(namespace: string, oid: string): Attributes {
  return {
    LocalNamespaceEntityID: namespace,
    UniversalEntityID: oid,
    UniversalEntityIDType: 'ISO',
  };
}

/** The geometry of a stack of slices: distances in millimetres along the patient's axis. */
export interface Stack {
  readonly scene: SceneName;
  readonly sopClass: string;
  readonly count: number;
  readonly spacing: number;
  readonly pixel: number;
  readonly plane?: 'axial' | 'sagittal';
  readonly attributes: Attributes;
}

const SLICE_SIZE = 256;

/** The slices of a stack, evenly over the whole scene, with their Image Plane module (PS3.3 C.7.6.2). */
export function slices(stack: Stack): InstancePlan[] {
  const corner = -(SLICE_SIZE / 2) * stack.pixel;
  const sagittal = stack.plane === 'sagittal';
  return Array.from({ length: stack.count }, (_, index) => {
    const location = (index - (stack.count - 1) / 2) * stack.spacing;
    return {
      sopClass: stack.sopClass,
      content: {
        kind: 'picture',
        scene: stack.scene,
        position: index / Math.max(1, stack.count - 1),
      },
      attributes: {
        ...stack.attributes,
        AcquisitionNumber: 1,
        SliceThickness: stack.spacing,
        SliceLocation: location,
        PixelSpacing: [stack.pixel, stack.pixel],
        ImagePositionPatient: sagittal ? [location, corner, -corner] : [corner, corner, location],
        ImageOrientationPatient: sagittal ? [0, 1, 0, 0, 0, -1] : [1, 0, 0, 0, 1, 0],
      },
    };
  });
}

/** The attributes of a series of slices that share a frame of reference (PS3.3 C.7.4.1). */
export function inSpace(key: string, position: 'HFS' | 'FFS'): Attributes {
  return {
    FrameOfReferenceUID: uidFor(`space/${key}`),
    PositionReferenceIndicator: '',
    PatientPosition: position,
  };
}

/** The references to instances that reports and presentation states carry (PS3.3 C.17.2.1). */
export function references(
  key: string,
  series: number,
  instances: readonly number[],
  sopClass: string,
): readonly Attributes[] {
  return instances.map((number) => ({
    ReferencedSOPClassUID: sopClass,
    ReferencedSOPInstanceUID: instanceUid(key, series, number),
  }));
}
