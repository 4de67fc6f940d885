import { build, SOP_CLASS, type SeriesPlan, type StudyPlan } from './content/build';
import { HEAD_STUDIES } from './content/head';
import { HEART_AND_LIMB_STUDIES } from './content/heartAndLimbs';
import { TRUNK_STUDIES } from './content/trunk';
import type { DemoStudy } from './model';

export type { DemoInstance, DemoPatient, DemoSeries, DemoStudy } from './model';

/**
 * The content of the demo archive: the same at every call, in plain words. Tests read from it what the
 * archive should answer.
 */
export function demoStudies(): readonly DemoStudy[] {
  return [...HEAD_STUDIES, ...TRUNK_STUDIES, ...HEART_AND_LIMB_STUDIES].map(build);
}

/** How a generated archive is cut. */
export interface GenerateOptions {
  /** The instances are spread evenly over so many series a study; 1 unless given. */
  readonly seriesPerStudy?: number;
  /** Every patient has so many studies; 4 unless given. */
  readonly studiesPerPatient?: number;
}

const FIRST_DAY = Date.UTC(2015, 0, 1);
const DAY = 86_400_000;
const MODALITIES = ['CT', 'MR', 'CR', 'US'] as const;

/**
 * An archive of any size with images of 8 by 8 pixels. Study number n (from 0) belongs to patient
 * `GEN-000000` and so on of issuer GEN, was made on day n after 2015-01-01 (again from there after ten
 * years) and has the accession number `GA-` with n in six digits.
 */
export function generateStudies(
  count: number,
  instancesPerStudy: number,
  options: GenerateOptions = {},
): readonly DemoStudy[] {
  return Array.from({ length: count }, (_, index) =>
    build(generated(index, instancesPerStudy, options)),
  );
}

function generated(index: number, instances: number, options: GenerateOptions): StudyPlan {
  const { seriesPerStudy = 1, studiesPerPatient = 4 } = options;
  const patient = Math.floor(index / studiesPerPatient);
  const day = new Date(FIRST_DAY + (index % 3650) * DAY)
    .toISOString()
    .slice(0, 10)
    .replaceAll('-', '');
  const modality = MODALITIES[index % MODALITIES.length] ?? 'CT';
  return {
    key: `generated-${index}`,
    patient: {
      name: `Generated^Number ${patient}`,
      id: `GEN-${sixDigits(patient)}`,
      issuer: 'GEN',
      birthDate: `${1930 + (patient % 80)}0101`,
      sex: patient % 2 === 0 ? 'F' : 'M',
    },
    attributes: {
      StudyDate: day,
      StudyTime: `${String(index % 24).padStart(2, '0')}3000`,
      AccessionNumber: `GA-${sixDigits(index)}`,
      StudyID: String(index),
      StudyDescription: `Generated study ${index}`,
      ReferringPhysicianName: 'Referrer^Generated',
    },
    series: Array.from({ length: seriesPerStudy }, (_, series) =>
      generatedSeries(modality, share(instances, seriesPerStudy, series), series),
    ),
  };
}

function generatedSeries(modality: string, instances: number, index: number): SeriesPlan {
  return {
    modality,
    attributes: { BodyPartExamined: 'CHEST', SeriesDescription: `Generated series ${index + 1}` },
    instances: Array.from({ length: instances }, (_, instance) => ({
      sopClass: SOP_CLASS.secondaryCapture,
      content: { kind: 'picture', scene: 'tiny', position: instance / Math.max(1, instances - 1) },
      attributes: GENERATED_INSTANCE,
    })),
  };
}

const GENERATED_INSTANCE = { ConversionType: 'WSD', PatientOrientation: '' } as const;

function share(total: number, parts: number, index: number): number {
  return Math.floor(total / parts) + (index < total % parts ? 1 : 0);
}

function sixDigits(value: number): string {
  return String(value).padStart(6, '0');
}
