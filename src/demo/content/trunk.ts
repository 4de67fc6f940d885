import type { Attributes } from '../dictionary';
import type { SceneName } from '../pictures/scenes';
import { code, inSpace, slices, SOP_CLASS, type InstancePlan, type StudyPlan } from './build';
import { textReport } from './documents';
import { PATIENTS } from './patients';

/** A radiograph (PS3.3 A.2). */
export function radiograph(scene: SceneName, orientation: readonly [string, string]): InstancePlan {
  return {
    sopClass: SOP_CLASS.cr,
    content: { kind: 'picture', scene, position: 0 },
    attributes: {
      ImageType: ['ORIGINAL', 'PRIMARY'],
      PatientOrientation: orientation,
      ImagerPixelSpacing: [0.7, 0.7],
      KVP: 110,
    },
  };
}

/** A still ultrasound image (PS3.3 A.6). */
function ultrasound(position: number): InstancePlan {
  return {
    sopClass: SOP_CLASS.us,
    content: { kind: 'picture', scene: 'liver', position },
    attributes: {
      ImageType: ['ORIGINAL', 'PRIMARY', 'ABDOMINAL'],
      PatientOrientation: '',
      LossyImageCompression: '00',
    },
  };
}

const CHEST_PA: Attributes = {
  BodyPartExamined: 'CHEST',
  ViewPosition: 'PA',
  SeriesDescription: 'Thorax p.a.',
};
const CHEST_LATERAL: Attributes = {
  BodyPartExamined: 'CHEST',
  ViewPosition: 'LL',
  SeriesDescription: 'Thorax lateral',
};

/** No description; the time has a fraction. */
const CR_CHEST: StudyPlan = {
  key: 'cr-chest',
  patient: PATIENTS.mueller,
  attributes: {
    StudyDate: '20231102',
    StudyTime: '141205.123000',
    AccessionNumber: 'A-2023-1102',
    StudyID: '1102',
    ReferringPhysicianName: 'Becker^Sabine^^Dr.',
  },
  series: [
    { modality: 'CR', attributes: CHEST_PA, instances: [radiograph('chestPa', ['L', 'F'])] },
    {
      modality: 'CR',
      attributes: CHEST_LATERAL,
      instances: [radiograph('chestLateral', ['P', 'F'])],
    },
  ],
};

/** One long series. */
const CT_CHEST: StudyPlan = {
  key: 'ct-chest',
  patient: PATIENTS.papadopoulou,
  attributes: {
    StudyDate: '20240105',
    StudyTime: '113000',
    TimezoneOffsetFromUTC: '+0200',
    AccessionNumber: 'A-2024-0105',
    StudyID: '105',
    StudyDescription: 'CT θώρακος με σκιαγραφικό',
    ProcedureCodeSequence: [code('24628-0', 'LN', 'CT Chest W contrast IV')],
    ReferringPhysicianName: 'Νικολάου^Γιώργος',
    ReasonForTheRequestedProcedure: 'Nodule in the right lung',
  },
  series: [
    {
      modality: 'CT',
      attributes: {
        ...inSpace('ct-chest', 'HFS'),
        BodyPartExamined: 'CHEST',
        SeriesDescription: 'Thorax 5.0 contrast',
        Manufacturer: 'Phantom Works',
        PerformedProcedureStepStartDate: '20240105',
        PerformedProcedureStepStartTime: '113000',
      },
      instances: slices({
        scene: 'torsoCt',
        sopClass: SOP_CLASS.ct,
        count: 36,
        spacing: 10,
        pixel: 1.5,
        attributes: { ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'], KVP: 100 },
      }),
    },
    {
      modality: 'CT',
      attributes: {
        ...inSpace('ct-chest', 'HFS'),
        BodyPartExamined: 'CHEST',
        SeriesDescription: 'Thorax 20.0 lung',
      },
      instances: slices({
        scene: 'torsoCt',
        sopClass: SOP_CLASS.ct,
        count: 9,
        spacing: 40,
        pixel: 1.5,
        attributes: {
          ImageType: ['DERIVED', 'PRIMARY', 'AXIAL'],
          KVP: 100,
          WindowCenter: -500,
          WindowWidth: 1500,
        },
      }),
    },
  ],
};

/** A date and no time. */
const US_ABDOMEN: StudyPlan = {
  key: 'us-abdomen',
  patient: PATIENTS.yamada,
  attributes: {
    StudyDate: '20220830',
    AccessionNumber: 'A-2022-0830',
    StudyDescription: '腹部エコー',
    ReferringPhysicianName: 'Satou^Ken=佐藤^健=さとう^けん',
  },
  series: [
    {
      modality: 'US',
      attributes: { BodyPartExamined: 'ABDOMEN', SeriesDescription: 'Liver' },
      instances: [0, 0.25, 0.5, 0.75, 1].map(ultrasound),
    },
  ],
};

/** An accession number that only this PatientID 4711 has. */
const CR_CHEST_SCHMIDT: StudyPlan = {
  key: 'cr-chest-4711-a',
  patient: PATIENTS.schmidt,
  attributes: {
    StudyDate: '20240401',
    StudyTime: '080000',
    TimezoneOffsetFromUTC: '+0200',
    AccessionNumber: 'A-2024-0401',
    StudyDescription: 'Röntgen Thorax',
    ReferringPhysicianName: 'Vogel^Petra',
  },
  series: [
    { modality: 'CR', attributes: CHEST_PA, instances: [radiograph('chestPa', ['L', 'F'])] },
  ],
};

/** The other 4711, years ago and on slow storage. */
const CT_ABDOMEN_DUPONT: StudyPlan = {
  key: 'ct-abdomen-4711-b',
  patient: PATIENTS.dupont,
  availability: 'NEARLINE',
  attributes: {
    StudyDate: '20090615',
    StudyTime: '163000',
    AccessionNumber: 'B-2009-77',
    StudyDescription: 'Scanner abdominal',
    ReferringPhysicianName: 'Lefèvre^André',
  },
  series: [
    {
      modality: 'CT',
      attributes: {
        ...inSpace('ct-abdomen', 'HFS'),
        BodyPartExamined: 'ABDOMEN',
        SeriesDescription: 'Abdomen',
      },
      instances: slices({
        scene: 'torsoCt',
        sopClass: SOP_CLASS.ct,
        count: 8,
        spacing: 45,
        pixel: 1.5,
        attributes: { ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'], KVP: 120 },
      }),
    },
  ],
};

/** Neither date nor time, and a body part that is in no list. */
const CR_UNDATED: StudyPlan = {
  key: 'cr-undated',
  patient: PATIENTS.soerensen,
  attributes: { AccessionNumber: 'B-77-1', StudyDescription: 'Røntgen' },
  series: [
    {
      modality: 'CR',
      attributes: {
        BodyPartExamined: 'RIBCAGE_BABY',
        ViewPosition: '',
        SeriesDescription: 'Babygram',
      },
      instances: [radiograph('chestPa', ['L', 'F'])],
    },
  ],
};

/** A time without a date. */
const MR_ABDOMEN: StudyPlan = {
  key: 'mr-abdomen',
  patient: PATIENTS.soerensen,
  attributes: {
    StudyTime: '101500',
    TimezoneOffsetFromUTC: '+0100',
    AccessionNumber: 'B-77-2',
    StudyDescription: 'MR abdomen',
  },
  series: [
    {
      modality: 'MR',
      attributes: {
        ...inSpace('mr-abdomen', 'HFS'),
        BodyPartExamined: 'ABDOMEN',
        SeriesDescription: 'T2 axial',
      },
      instances: slices({
        scene: 'torsoT2',
        sopClass: SOP_CLASS.mr,
        count: 8,
        spacing: 45,
        pixel: 1.5,
        attributes: {
          ImageType: ['ORIGINAL', 'PRIMARY', 'M'],
          ScanningSequence: 'SE',
          SequenceVariant: 'SK',
          ScanOptions: 'RG',
          MRAcquisitionType: '2D',
          RepetitionTime: 2100,
          EchoTime: 88,
          EchoTrainLength: 16,
        },
      }),
    },
  ],
};

/** A report of images that are elsewhere: no pixels in the whole study. */
const REPORT_ONLY: StudyPlan = {
  key: 'report-only',
  patient: PATIENTS.garcia,
  attributes: {
    StudyDate: '20240229',
    StudyTime: '12',
    AccessionNumber: 'EXT/2024 01',
    StudyDescription: 'Segunda opinión',
  },
  series: [
    {
      modality: 'SR',
      attributes: { SeriesDescription: 'Informe', ReferencedPerformedProcedureStepSequence: [] },
      instances: [
        textReport({
          date: '20240229',
          time: '123000',
          sections: [
            ['19005-8', 'Radiology Imaging study [Impression]', 'Sin hallazgos patológicos.'],
          ],
        }),
      ],
    },
  ],
};

/** Studies of chest and abdomen. */
export const TRUNK_STUDIES: readonly StudyPlan[] = [
  CR_CHEST,
  CT_CHEST,
  US_ABDOMEN,
  CR_CHEST_SCHMIDT,
  CT_ABDOMEN_DUPONT,
  CR_UNDATED,
  MR_ABDOMEN,
  REPORT_ONLY,
];
