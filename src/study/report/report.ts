import { sequence, string, type DataSet } from '../../dicom/dataset';
import { readDate, readTime } from '../../dicom/values';
import { Problem } from '../../errors';
import { readEvidence, type Evidence } from './evidence';
import { meaningOf, readValue, type ContentValue } from './value';

/** A structured report (PS3.3 A.35, C.17) as people read it. */
export interface Report {
  /** The concept that the document is of, for example `Diagnostic imaging study`. */
  readonly title: string;
  /** Language of its texts (RFC 5646), where it tells one. */
  readonly language?: string;
  /** Whose it is, when it was written and whether it is complete and verified, with their labels. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly items: readonly ContentItem[];
}

/** A content item (PS3.3 C.17.3) with those below it. */
export interface ContentItem {
  /** Where it stands: `1.2.1` is the first item of the second one of the root, as references to it say. */
  readonly position: string;
  /** The concept that it tells a value of. */
  readonly name?: string;
  readonly value: ContentValue;
  readonly items: readonly ContentItem[];
}

/** Levels of a content tree, and items in all. */
const MOST_LEVELS = 64;
const MOST_ITEMS = 100_000;

/** Language of Content Item and Descendants (PS3.16 TID 1204). */
const LANGUAGE = '121049';
const LANGUAGE_TAG = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

/**
 * Reads the content tree of a structured report.
 *
 * @param dataSet metadata of an instance; its sequences whole
 * @throws Problem `pacs-incomplete` where the metadata has no content tree
 * @throws Problem `not-acceptable` for a tree that is too large to be shown: a part of one may mean something else
 */
export function readReport(dataSet: DataSet): Report {
  const roots = sequence(dataSet, 'ContentSequence');
  if (string(dataSet, 'ValueType') === undefined && roots.length === 0) throw noTree();
  const reading = { evidence: readEvidence(dataSet), left: MOST_ITEMS };
  const language = languageOf(roots);
  return {
    title: meaningOf(dataSet, 'ConceptNameCodeSequence') ?? 'Structured report',
    ...(language !== undefined && { language }),
    facts: factsOf(dataSet),
    items: readItems(roots, '1', MOST_LEVELS, reading),
  };
}

interface Reading {
  readonly evidence: Evidence;
  /** Items that may still be read. */
  left: number;
}

function readItems(
  dataSets: readonly DataSet[],
  above: string,
  levels: number,
  reading: Reading,
): ContentItem[] {
  reading.left -= dataSets.length;
  if (reading.left < 0 || (levels === 0 && dataSets.length > 0)) throw tooLarge();
  return dataSets.map((dataSet, index) => {
    const position = `${above}.${index + 1}`;
    const name = meaningOf(dataSet, 'ConceptNameCodeSequence');
    return {
      position,
      ...(name !== undefined && { name }),
      value: readValue(dataSet, reading.evidence),
      items: readItems(sequence(dataSet, 'ContentSequence'), position, levels - 1, reading),
    };
  });
}

function factsOf(dataSet: DataSet): Report['facts'] {
  const [observer] = sequence(dataSet, 'VerifyingObserverSequence');
  const facts: (readonly [string, string | undefined])[] = [
    ['Patient', string(dataSet, 'PatientName')?.replace(/\^+/g, ' ')],
    ['Patient ID', string(dataSet, 'PatientID')],
    ['Born', readDate(string(dataSet, 'PatientBirthDate'))],
    ['Accession number', string(dataSet, 'AccessionNumber')],
    ['Study of', readDate(string(dataSet, 'StudyDate'))],
    ['Written', moment(string(dataSet, 'ContentDate'), string(dataSet, 'ContentTime'))],
    ['Completeness', string(dataSet, 'CompletionFlag')?.toLowerCase()],
    ['Verification', string(dataSet, 'VerificationFlag')?.toLowerCase()],
    ['Verified by', observer && string(observer, 'VerifyingObserverName')?.replace(/\^+/g, ' ')],
  ];
  return facts.flatMap(([label, value]) => (value ? [[label, value] as const] : []));
}

function moment(date: string | undefined, time: string | undefined): string | undefined {
  const day = readDate(date);
  const clock = readTime(time);
  return day && clock ? `${day} ${clock}` : day;
}

/** The language that the root's concept is modified by (PS3.16 TID 1204). */
function languageOf(roots: readonly DataSet[]): string | undefined {
  return roots
    .filter((item) =>
      sequence(item, 'ConceptNameCodeSequence').some(
        (code) => string(code, 'CodeValue') === LANGUAGE,
      ),
    )
    .flatMap((item) => sequence(item, 'ConceptCodeSequence'))
    .map((code) => string(code, 'CodeValue') ?? '')
    .find((tag) => LANGUAGE_TAG.test(tag));
}

function noTree(): Problem {
  const text =
    'The metadata that the archive gives of this report has no content. Retrieve it as application/dicom.';
  return new Problem('pacs-incomplete', text);
}

function tooLarge(): Problem {
  const text = `A report of more than ${MOST_LEVELS} levels or ${MOST_ITEMS} items is not shown. Retrieve it as application/dicom.`;
  return new Problem('not-acceptable', text);
}
