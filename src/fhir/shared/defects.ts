import type { Defect, Study } from '../../study/model';
import type { Members } from '../elements';
import { extension } from '../extensions';
import { otherModalities } from './modalities';

/** What ImagingStudy has no element for: its other modalities and why it may mislead. */
export function studyExtensions(study: Study): Members[] {
  const others = otherModalities(study).map((modality) =>
    extension('other-modality', { valueString: modality }),
  );
  return [...others, ...study.defects.flatMap(defectExtensions)];
}

/** Why a study may mislead, as extensions of ImagingStudy. */
export function defectExtensions(defect: Defect): Members[] {
  return [extension('defect', { valueCode: defect.kind }), ...missingInstances(defect)];
}

function missingInstances(defect: Defect): Members[] {
  if (defect.kind !== 'incomplete') return [];
  return [
    extension('instances-expected', { valueInteger: defect.expected }),
    extension('instances-received', { valueInteger: defect.received }),
  ];
}

/** One sentence for people about a defect. */
export function defectText(defect: Defect): string {
  switch (defect.kind) {
    case 'incomplete':
      return `Incomplete: the archive counts ${defect.expected} instances and told about ${defect.received}.`;
    case 'mixed-patients':
      return 'Caution: the archive holds this study UID under more than one patient.';
    case 'no-details':
      return 'The archive gave no series and instances of this study.';
    case 'illegal-uid':
      return 'The study holds UIDs that break the rules of DICOM (PS3.5 9.1); they are given as they are.';
  }
}
