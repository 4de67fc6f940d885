import type { Attributes } from '../dictionary';
import { code, references, seriesUid, SOP_CLASS, studyUid, type InstancePlan } from './build';

const REPORT_TITLE = code('18748-4', 'LN', 'Diagnostic imaging study');
const KEY_IMAGES_TITLE = code('113000', 'DCM', 'Of Interest');

/** When a document was written: date and time in DICOM form. */
export interface Written {
  readonly date: string;
  readonly time: string;
}

/** A report: its sections, each a heading as a LOINC code and a text (PS3.3 A.35.1, PS3.16 TID 2000). */
export interface Report extends Written {
  readonly sections: readonly (readonly [loinc: string, heading: string, text: string])[];
  /** Who verified it, if anybody did. */
  readonly verifiedBy?: string;
  readonly attributes?: Attributes;
}

/** A Basic Text SR instance. */
export function textReport(report: Report): InstancePlan {
  return {
    sopClass: SOP_CLASS.basicTextReport,
    attributes: {
      ContentDate: report.date,
      ContentTime: report.time,
      ValueType: 'CONTAINER',
      ConceptNameCodeSequence: [REPORT_TITLE],
      ContinuityOfContent: 'SEPARATE',
      CompletionFlag: 'COMPLETE',
      PerformedProcedureCodeSequence: [],
      ContentSequence: report.sections.map(([loinc, heading, text]) =>
        section(loinc, heading, text),
      ),
      ...verification(report),
      ...report.attributes,
    },
  };
}

function verification({ verifiedBy, date, time }: Report): Attributes {
  if (verifiedBy === undefined) return { VerificationFlag: 'UNVERIFIED' };
  const observer: Attributes = {
    VerifyingObserverName: verifiedBy,
    VerifyingOrganization: 'Demo Hospital',
    VerificationDateTime: `${date}${time}`,
    VerifyingObserverIdentificationCodeSequence: [],
  };
  return { VerificationFlag: 'VERIFIED', VerifyingObserverSequence: [observer] };
}

function section(loinc: string, heading: string, text: string): Attributes {
  return {
    RelationshipType: 'CONTAINS',
    ValueType: 'CONTAINER',
    ConceptNameCodeSequence: [code(loinc, 'LN', heading)],
    ContinuityOfContent: 'SEPARATE',
    ContentSequence: [
      {
        RelationshipType: 'CONTAINS',
        ValueType: 'TEXT',
        ConceptNameCodeSequence: [code('121071', 'DCM', 'Finding')],
        TextValue: text,
      },
    ],
  };
}

/** Images of one series of the same study. */
export interface Pointer {
  readonly key: string;
  readonly series: number;
  readonly instances: readonly number[];
  readonly sopClass: string;
}

/** A Key Object Selection (PS3.3 A.35.4, PS3.16 TID 2010) with a sentence on what it shows. */
export function keyObjects(images: Pointer, description: string, written: Written): InstancePlan {
  const { key, series, instances, sopClass } = images;
  const sops = references(key, series, instances, sopClass);
  const text: Attributes = {
    RelationshipType: 'CONTAINS',
    ValueType: 'TEXT',
    ConceptNameCodeSequence: [code('113012', 'DCM', 'Key Object Description')],
    TextValue: description,
  };
  return {
    sopClass: SOP_CLASS.keyObjects,
    attributes: {
      ContentDate: written.date,
      ContentTime: written.time,
      ValueType: 'CONTAINER',
      ConceptNameCodeSequence: [KEY_IMAGES_TITLE],
      ContinuityOfContent: 'SEPARATE',
      ContentTemplateSequence: [{ MappingResource: 'DCMR', TemplateIdentifier: '2010' }],
      CurrentRequestedProcedureEvidenceSequence: [
        {
          StudyInstanceUID: studyUid(key),
          ReferencedSeriesSequence: [
            { SeriesInstanceUID: seriesUid(key, series), ReferencedSOPSequence: sops },
          ],
        },
      ],
      ContentSequence: [text, ...sops.map(imageItem)],
    },
  };
}

function imageItem(reference: Attributes): Attributes {
  return { RelationshipType: 'CONTAINS', ValueType: 'IMAGE', ReferencedSOPSequence: [reference] };
}

/** What a presentation state says: its label, its description, who made it and the text it puts on the image. */
export interface Presentation extends Written {
  readonly label: string;
  readonly description: string;
  readonly creator: string;
  readonly note: string;
  readonly window: readonly [center: number, width: number];
}

/** A Grayscale Softcopy Presentation State (PS3.3 A.33.1) over images of 256 by 256. */
export function presentationState(images: Pointer, what: Presentation): InstancePlan {
  const sops = references(images.key, images.series, images.instances, images.sopClass);
  return {
    sopClass: SOP_CLASS.presentationState,
    attributes: {
      PresentationCreationDate: what.date,
      PresentationCreationTime: what.time,
      ContentLabel: what.label,
      ContentDescription: what.description,
      ContentCreatorName: what.creator,
      ReferencedSeriesSequence: [
        { SeriesInstanceUID: seriesUid(images.key, images.series), ReferencedImageSequence: sops },
      ],
      DisplayedAreaSelectionSequence: [
        {
          DisplayedAreaTopLeftHandCorner: [1, 1],
          DisplayedAreaBottomRightHandCorner: [256, 256],
          PresentationSizeMode: 'SCALE TO FIT',
          PresentationPixelAspectRatio: [1, 1],
        },
      ],
      GraphicAnnotationSequence: [
        { GraphicLayer: 'NOTES', TextObjectSequence: [noteAt(what.note)] },
      ],
      GraphicLayerSequence: [{ GraphicLayer: 'NOTES', GraphicLayerOrder: 1 }],
      SoftcopyVOILUTSequence: [{ WindowCenter: what.window[0], WindowWidth: what.window[1] }],
      PresentationLUTShape: 'IDENTITY',
    },
  };
}

function noteAt(text: string): Attributes {
  return {
    UnformattedTextValue: text,
    AnchorPoint: [170, 150],
    AnchorPointVisibility: 'Y',
    AnchorPointAnnotationUnits: 'PIXEL',
  };
}

/** An Encapsulated PDF (PS3.3 A.45.1): the first line is its title. */
export function pdfDocument(
  lines: readonly [title: string, ...text: string[]],
  written: Written,
): InstancePlan {
  return {
    sopClass: SOP_CLASS.pdf,
    attributes: {
      ContentDate: written.date,
      ContentTime: written.time,
      AcquisitionDateTime: `${written.date}${written.time}`,
      ConversionType: 'WSD',
      BurnedInAnnotation: 'YES',
      ConceptNameCodeSequence: [REPORT_TITLE],
      DocumentTitle: lines[0],
    },
    content: { kind: 'pdf', lines },
  };
}
