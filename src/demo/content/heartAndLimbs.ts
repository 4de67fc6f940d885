import { code, inSpace, slices, SOP_CLASS, type StudyPlan } from './build';
import { textReport } from './documents';
import { PATIENTS } from './patients';
import { radiograph } from './trunk';

const MILLISECONDS_PER_FRAME = 40;

/** A cine loop of one heartbeat. */
const US_HEART: StudyPlan = {
  key: 'us-heart',
  patient: PATIENTS.adams,
  attributes: {
    StudyDate: '20240618',
    StudyTime: '133015.5',
    TimezoneOffsetFromUTC: '-0500',
    AccessionNumber: 'B-2024-618',
    StudyID: '618',
    StudyDescription: 'Echocardiography',
    ProcedureCodeSequence: [code('42148-7', 'LN', 'US Heart')],
    ReferringPhysicianName: 'Warren^Joseph^^Dr.^MD',
    NameOfPhysiciansReadingStudy: 'Church^Benjamin',
  },
  series: [
    {
      modality: 'US',
      attributes: { BodyPartExamined: 'HEART', SeriesDescription: 'Apical four-chamber view' },
      instances: [
        {
          sopClass: SOP_CLASS.usMultiFrame,
          content: { kind: 'picture', scene: 'heartbeat', position: 0 },
          attributes: {
            ImageType: ['ORIGINAL', 'PRIMARY', 'CARDIAC'],
            PatientOrientation: '',
            FrameTime: MILLISECONDS_PER_FRAME,
            FrameIncrementPointer: '00181063',
            LossyImageCompression: '00',
          },
        },
      ],
    },
    {
      modality: 'SR',
      attributes: { SeriesDescription: 'Report', ReferencedPerformedProcedureStepSequence: [] },
      instances: [
        textReport({
          date: '20240618',
          time: '140000',
          sections: [
            ['59776-5', 'Procedure findings', 'Normal left ventricular function, EF 60 %.'],
          ],
        }),
      ],
    },
  ],
};

/** A study that is no picture at all. */
const ECG: StudyPlan = {
  key: 'ecg',
  patient: PATIENTS.adams,
  attributes: {
    StudyDate: '20240618',
    StudyTime: '125500',
    TimezoneOffsetFromUTC: '-0500',
    StudyDescription: 'Resting ECG',
  },
  series: [
    {
      modality: 'ECG',
      attributes: {
        SeriesDescription: '12-lead ECG',
        Manufacturer: 'Phantom Works',
        ManufacturerModelName: 'Lead 12',
      },
      instances: [
        {
          sopClass: SOP_CLASS.ecg,
          content: { kind: 'ecg', rate: 68 },
          attributes: {
            ContentDate: '20240618',
            ContentTime: '125500',
            AcquisitionDateTime: '20240618125500',
            AcquisitionNumber: 1,
            AcquisitionContextSequence: [],
          },
        },
      ],
    },
  ],
};

/** One side of the body, by Laterality. */
const MR_KNEE: StudyPlan = {
  key: 'mr-knee',
  patient: PATIENTS.ivanova,
  attributes: {
    StudyDate: '20240710',
    StudyTime: '174500',
    TimezoneOffsetFromUTC: '+0300',
    AccessionNumber: 'B-2024-710',
    StudyDescription: 'МРТ коленного сустава',
    ProcedureCodeSequence: [code('36536-1', 'LN', 'MR Knee - right')],
    ReferringPhysicianName: 'Петров^Иван',
  },
  series: [
    {
      modality: 'MR',
      attributes: {
        ...inSpace('mr-knee', 'FFS'),
        BodyPartExamined: 'KNEE',
        Laterality: 'R',
        SeriesDescription: 'PD sagittal',
        RequestAttributesSequence: [
          {
            AccessionNumber: 'B-2024-710',
            RequestedProcedureID: 'RP-710',
            ScheduledProcedureStepID: 'SPS-710',
            ScheduledProcedureStepDescription: 'MR knee right',
            ReasonForRequestedProcedureCodeSequence: [
              code('239720000', 'SCT', 'Tear of meniscus of knee'),
            ],
          },
        ],
      },
      instances: slices({
        scene: 'kneePd',
        sopClass: SOP_CLASS.mr,
        count: 12,
        spacing: 7,
        pixel: 0.6,
        plane: 'sagittal',
        attributes: {
          ImageType: ['ORIGINAL', 'PRIMARY', 'M'],
          ScanningSequence: 'SE',
          SequenceVariant: 'SK',
          ScanOptions: '',
          MRAcquisitionType: '2D',
          RepetitionTime: 2800,
          EchoTime: 30,
          EchoTrainLength: 8,
        },
      }),
    },
  ],
};

/** The anatomy as a code; BodyPartExamined is there and empty. */
const CR_KNEE: StudyPlan = {
  key: 'cr-knee',
  patient: PATIENTS.ivanova,
  attributes: {
    StudyDate: '20240708',
    StudyTime: '0915',
    TimezoneOffsetFromUTC: '+0300',
    AccessionNumber: 'B-2024-708',
    StudyDescription: 'Рентген коленного сустава',
    ReferringPhysicianName: 'Петров^Иван',
  },
  series: [
    {
      modality: 'CR',
      attributes: {
        BodyPartExamined: '',
        AnatomicRegionSequence: [code('72696002', 'SCT', 'Knee')],
        Laterality: 'L',
        ViewPosition: 'AP',
        SeriesDescription: 'Knee AP',
      },
      instances: [radiograph('kneeAp', ['L', 'F'])],
    },
  ],
};

/** The same patient, the other knee, years before. */
const CR_KNEE_OLD: StudyPlan = {
  key: 'cr-knee-old',
  patient: PATIENTS.ivanova,
  attributes: {
    StudyDate: '20191224',
    StudyTime: '235959',
    AccessionNumber: 'B-2019-1224',
    StudyDescription: 'Knee X-ray, right',
  },
  series: [
    {
      modality: 'CR',
      attributes: {
        BodyPartExamined: 'KNEE',
        Laterality: 'R',
        ViewPosition: 'AP',
        SeriesDescription: 'Knee AP',
      },
      instances: [radiograph('kneeAp', ['L', 'F'])],
    },
  ],
};

/** Studies of heart and limbs. */
export const HEART_AND_LIMB_STUDIES: readonly StudyPlan[] = [
  US_HEART,
  ECG,
  MR_KNEE,
  CR_KNEE,
  CR_KNEE_OLD,
];
