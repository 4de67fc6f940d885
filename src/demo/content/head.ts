import type { Attributes } from '../dictionary';
import {
  assigner,
  code,
  inSpace,
  slices,
  SOP_CLASS,
  studyUid,
  type SeriesPlan,
  type StudyPlan,
} from './build';
import { keyObjects, pdfDocument, presentationState, textReport } from './documents';
import { PATIENTS } from './patients';

const CT_AXIAL: Attributes = { ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'], KVP: 120 };

const HEAD_CT_ORDER: Attributes = {
  RequestAttributesSequence: [
    {
      RequestedProcedureID: 'RP-2024-0312',
      RequestedProcedureDescription: 'CT Schädel nativ',
      RequestedProcedureCodeSequence: [code('24725-4', 'LN', 'CT Head')],
      ScheduledProcedureStepID: 'SPS-1',
      ScheduledProcedureStepDescription: 'CT Schädel nativ axial',
      ReasonForTheRequestedProcedure: 'Sudden severe headache',
    },
  ],
};

const HEAD_CT_SERIES: Attributes = {
  ...inSpace('ct-head', 'HFS'),
  ...HEAD_CT_ORDER,
  BodyPartExamined: 'HEAD',
  Manufacturer: 'Phantom Works',
  ManufacturerModelName: 'Ellipse 64',
  InstitutionName: 'Demo Hospital',
  InstitutionalDepartmentName: 'Radiology',
  SeriesDate: '20240312',
  SeriesTime: '091742',
  PerformedProcedureStepStartDate: '20240312',
  PerformedProcedureStepStartTime: '091530',
  OperatorsName: 'Weiß^Tobias',
};

/** The archive's richest study: two reconstructions, a report, key images, and everything an order leaves. */
const CT_HEAD: StudyPlan = {
  key: 'ct-head',
  patient: PATIENTS.mueller,
  attributes: {
    StudyDate: '20240312',
    StudyTime: '091530',
    TimezoneOffsetFromUTC: '+0100',
    AccessionNumber: 'A-2024-0312',
    IssuerOfAccessionNumberSequence: [assigner('RIS-A', '1.2.276.0.76.3.1.999.2')],
    StudyID: '312',
    StudyDescription: 'CT Schädel nativ',
    ProcedureCodeSequence: [code('24725-4', 'LN', 'CT Head')],
    ReferringPhysicianName: 'Becker^Sabine^^Dr.',
    NameOfPhysiciansReadingStudy: ['Klein^Martin^^Dr.', 'Öztürk^Aylin^^Dr.'],
    AdmittingDiagnosesDescription: 'Intracerebral haemorrhage, suspected',
  },
  series: [
    {
      modality: 'CT',
      attributes: { ...HEAD_CT_SERIES, SeriesDescription: 'Schädel axial 4.0 Hr38' },
      instances: slices({
        scene: 'headCt',
        sopClass: SOP_CLASS.ct,
        count: 32,
        spacing: 4.5,
        pixel: 0.9,
        attributes: CT_AXIAL,
      }),
    },
    {
      modality: 'CT',
      attributes: { ...HEAD_CT_SERIES, SeriesDescription: 'Knochen axial 4.0 Hr69' },
      instances: slices({
        scene: 'headCt',
        sopClass: SOP_CLASS.ct,
        count: 32,
        spacing: 4.5,
        pixel: 0.9,
        attributes: { ...CT_AXIAL, WindowCenter: 500, WindowWidth: 2000 },
      }),
    },
    {
      modality: 'SR',
      attributes: {
        ...HEAD_CT_ORDER,
        SeriesDescription: 'Befund',
        ReferencedPerformedProcedureStepSequence: [],
        SeriesDate: '20240312',
        SeriesTime: '0955',
      },
      instances: [
        textReport({
          date: '20240312',
          time: '095500',
          verifiedBy: 'Klein^Martin^^Dr.',
          sections: [
            [
              '55111-9',
              'Current imaging procedure descriptions',
              'CT of the head without contrast.',
            ],
            [
              '59776-5',
              'Procedure findings',
              'Hyperdense lesion of 2.6 cm in the left parietal lobe with surrounding oedema. No midline shift.',
            ],
            [
              '19005-8',
              'Radiology Imaging study [Impression]',
              'Acute intracerebral haemorrhage, left parietal.',
            ],
          ],
          attributes: {
            ReferencedRequestSequence: [
              {
                StudyInstanceUID: studyUid('ct-head'),
                ReferencedStudySequence: [],
                AccessionNumber: 'A-2024-0312',
                PlacerOrderNumberImagingServiceRequest: 'PL-88123',
                OrderPlacerIdentifierSequence: [assigner('KIS-A', '1.2.276.0.76.3.1.999.3')],
                FillerOrderNumberImagingServiceRequest: 'FI-20240312-7',
                OrderFillerIdentifierSequence: [assigner('RIS-A', '1.2.276.0.76.3.1.999.2')],
                RequestedProcedureID: 'RP-2024-0312',
                RequestedProcedureDescription: 'CT Schädel nativ',
                RequestedProcedureCodeSequence: [code('24725-4', 'LN', 'CT Head')],
              },
            ],
          },
        }),
      ],
    },
    {
      modality: 'KO',
      attributes: { SeriesDescription: 'Key images', ReferencedPerformedProcedureStepSequence: [] },
      instances: [
        keyObjects(
          { key: 'ct-head', series: 1, instances: [21, 22, 23], sopClass: SOP_CLASS.ct },
          'Largest extent of the haemorrhage',
          { date: '20240312', time: '095800' },
        ),
      ],
    },
  ],
};

/** A document beside the images: no accession number, no description. */
const LETTER: StudyPlan = {
  key: 'letter',
  patient: PATIENTS.mueller,
  attributes: { StudyDate: '20240313', StudyTime: '1430', StudyID: '313' },
  series: [
    {
      modality: 'DOC',
      attributes: { SeriesDescription: 'Arztbrief' },
      instances: [
        pdfDocument(
          [
            'Arztbrief Radiologie',
            'Patient: Jürgen Müller, 23.04.1961',
            'CT Schädel vom 12.03.2024: akute intrazerebrale Blutung links parietal.',
            'Kontrolle in 24 Stunden empfohlen.',
          ],
          { date: '20240313', time: '143000' },
        ),
      ],
    },
  ],
};

const MR_HEAD: Attributes = {
  ...inSpace('mr-brain', 'HFS'),
  BodyPartExamined: 'BRAIN',
  Manufacturer: 'Phantom Works',
  ManufacturerModelName: 'Larmor 3T',
  InstitutionName: '東京デモ病院',
  PerformingPhysicianName: 'Suzuki^Hanako=鈴木^花子=すずき^はなこ',
};

function mrSeries(
  description: string,
  scene: 'headT1' | 'headT2' | 'headFlair',
  timing: Attributes,
): SeriesPlan {
  return {
    modality: 'MR',
    attributes: { ...MR_HEAD, SeriesDescription: description, ProtocolName: description },
    instances: slices({
      scene,
      sopClass: SOP_CLASS.mr,
      count: 18,
      spacing: 8,
      pixel: 0.9,
      attributes: {
        ImageType: ['ORIGINAL', 'PRIMARY', 'M'],
        ScanningSequence: 'SE',
        SequenceVariant: 'SK',
        ScanOptions: '',
        MRAcquisitionType: '2D',
        EchoTrainLength: 1,
        ...timing,
      },
    }),
  };
}

/** Three weightings and a presentation state; the time has no seconds. */
const MR_BRAIN: StudyPlan = {
  key: 'mr-brain',
  patient: PATIENTS.yamada,
  attributes: {
    StudyDate: '20240520',
    StudyTime: '1005',
    TimezoneOffsetFromUTC: '+0900',
    AccessionNumber: 'A-2024-0520',
    StudyID: '520',
    StudyDescription: '頭部MRI',
    ProcedureCodeSequence: [code('24590-2', 'LN', 'MR Brain')],
    ReferringPhysicianName: 'Satou^Ken=佐藤^健=さとう^けん',
    ReasonForTheRequestedProcedure: 'Follow-up of a left parietal lesion',
  },
  series: [
    mrSeries('T1 SE axial', 'headT1', { RepetitionTime: 550, EchoTime: 12 }),
    mrSeries('T2 TSE axial', 'headT2', { RepetitionTime: 4200, EchoTime: 95 }),
    mrSeries('FLAIR axial', 'headFlair', {
      RepetitionTime: 9000,
      EchoTime: 110,
      InversionTime: 2500,
      ScanningSequence: ['SE', 'IR'],
    }),
    {
      modality: 'PR',
      attributes: { SeriesDescription: 'Presentation state' },
      instances: [
        presentationState(
          { key: 'mr-brain', series: 3, instances: [12, 13], sopClass: SOP_CLASS.mr },
          {
            date: '20240520',
            time: '1120',
            label: 'LESION',
            description: 'Lesion with oedema marked',
            creator: 'Suzuki^Hanako=鈴木^花子=すずき^はなこ',
            note: 'Lesion',
            window: [600, 1000],
          },
        ),
      ],
    },
  ],
};

/** The same accession number as MR_PERFUSION has, given by another organisation. */
const CT_HEAD_CONTROL: StudyPlan = {
  key: 'ct-head-control',
  patient: PATIENTS.hong,
  attributes: {
    StudyDate: '20231201',
    StudyTime: '070000',
    TimezoneOffsetFromUTC: '+0900',
    AccessionNumber: '900100',
    IssuerOfAccessionNumberSequence: [assigner('RIS-A', '1.2.276.0.76.3.1.999.2')],
    StudyDescription: '뇌 CT',
    ReferringPhysicianName: 'Kim^Minsu=金^民秀=김^민수',
  },
  series: [
    {
      modality: 'CT',
      attributes: {
        ...inSpace('ct-head-control', 'HFS'),
        BodyPartExamined: 'HEAD',
        SeriesDescription: 'Head axial',
      },
      instances: slices({
        scene: 'headCt',
        sopClass: SOP_CLASS.ct,
        count: 10,
        spacing: 14,
        pixel: 0.9,
        attributes: CT_AXIAL,
      }),
    },
  ],
};

/** A colour map as a secondary capture. */
const MR_PERFUSION: StudyPlan = {
  key: 'mr-perfusion',
  patient: PATIENTS.dupont,
  attributes: {
    StudyDate: '20240214',
    StudyTime: '155959.999999',
    AccessionNumber: '900100',
    IssuerOfAccessionNumberSequence: [assigner('RIS-B', '1.2.250.1.999.7')],
    StudyDescription: 'IRM perfusion cérébrale',
    ReferringPhysicianName: 'Lefèvre^André',
  },
  series: [
    {
      modality: 'MR',
      attributes: { BodyPartExamined: 'BRAIN', SeriesDescription: 'Perfusion map' },
      instances: [0.5, 0.6, 0.7].map((position) => ({
        sopClass: SOP_CLASS.secondaryCapture,
        content: { kind: 'picture' as const, scene: 'perfusion' as const, position },
        attributes: {
          ConversionType: 'WSD',
          ImageType: ['DERIVED', 'SECONDARY'],
          PatientOrientation: '',
        },
      })),
    },
  ],
};

/** Studies of the head. */
export const HEAD_STUDIES: readonly StudyPlan[] = [
  CT_HEAD,
  LETTER,
  MR_BRAIN,
  CT_HEAD_CONTROL,
  MR_PERFUSION,
];
