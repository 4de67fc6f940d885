import type { Attributes } from './dictionary';
import type { SceneName } from './pictures/scenes';

/** A patient as the archive knows them; `name` in DICOM form with up to three groups (PS3.5 6.2.1). */
export interface DemoPatient {
  readonly name: string;
  readonly id: string;
  readonly issuer?: string;
  readonly birthDate?: string;
  readonly sex?: string;
  readonly attributes?: Attributes;
}

/** A study: `attributes` are those of the study level other than its UID and its patient's. */
export interface DemoStudy {
  readonly uid: string;
  readonly patient: DemoPatient;
  readonly availability: 'ONLINE' | 'NEARLINE';
  readonly attributes: Attributes;
  readonly series: readonly DemoSeries[];
}

/** A series of one study. */
export interface DemoSeries {
  readonly uid: string;
  readonly modality: string;
  readonly number: number;
  readonly attributes: Attributes;
  readonly instances: readonly DemoInstance[];
}

/** One SOP instance. What `content` says is turned to bytes only when somebody retrieves it. */
export interface DemoInstance {
  readonly uid: string;
  readonly sopClass: string;
  readonly number: number;
  readonly attributes: Attributes;
  readonly content?: Content;
}

/** The part of an instance that is bulk data. */
export type Content = Picture | Pdf | Waveform;

/** Pixels: a scene, and where in it: `position` runs from 0 (first slice) to 1 (last). */
export interface Picture {
  readonly kind: 'picture';
  readonly scene: SceneName;
  readonly position: number;
}

/** An encapsulated PDF with one page of these lines, the first being its heading (PS3.3 A.45.1). */
export interface Pdf {
  readonly kind: 'pdf';
  readonly lines: readonly string[];
}

/** Twelve leads of a resting electrocardiogram at this rate in beats per minute (PS3.3 A.34.3). */
export interface Waveform {
  readonly kind: 'ecg';
  readonly rate: number;
}
