import { modality } from '../../dicom/codes';
import { instanceCount, seriesCount, type Defect, type Study } from '../../study/model';
import { distinct, type Members } from '../elements';
import { displayName } from '../names';
import { narrative, paragraph, table, title } from '../narrative';
import { dateTime } from './datatypes';
import { modalitiesOf, otherModalities } from './modalities';
import { bodySiteText, shownSeries } from './series';

/** The text of an ImagingStudy: what it shows, of whom and when, and a sentence for every defect. */
export function studyNarrative(study: Study): Members {
  const rows = table([
    ['Patient', displayName(study.patient.name)],
    ['Date', dateTime(study.started)?.replace('T', ' ')],
    ['Modality', modalitiesOf(study).map(modalityText).join(', ')],
    ['Body site', bodySites(study)],
    ['Accession number', study.accession?.value],
    ['Referred by', displayName(study.referrer ?? study.requester)],
    ['Size', sizeText(study)],
  ]);
  const warnings = warningsOf(study);
  return narrative(
    [title(study.description ?? 'Imaging study'), rows, ...warnings.map(paragraph)],
    warnings.length > 0 || otherModalities(study).length > 0,
  );
}

function modalityText(code: string): string {
  const display = modality(code)?.display;
  return display === undefined ? code : `${display} (${code})`;
}

function bodySites(study: Study): string {
  const texts = shownSeries(study).map(bodySiteText);
  return distinct(texts.filter((text) => text !== undefined)).join(', ');
}

function sizeText(study: Study): string {
  return [counted(seriesCount(study), 'series'), counted(instanceCount(study), 'instances')]
    .filter((text) => text !== undefined)
    .join(', ');
}

function counted(number: number | undefined, noun: string): string | undefined {
  return number === undefined ? undefined : `${number} ${number === 1 ? singular(noun) : noun}`;
}

function singular(noun: string): string {
  return noun === 'instances' ? 'instance' : noun;
}

function warningsOf(study: Study): string[] {
  const left = (study.series?.length ?? 0) - shownSeries(study).length;
  const sentence = `The archive told no instances of ${counted(left, 'series') ?? ''}, left out below.`;
  return [...study.defects.map(defectText), ...(left > 0 ? [sentence] : [])];
}

/** One sentence for people about a defect. */
function defectText(defect: Defect): string {
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
