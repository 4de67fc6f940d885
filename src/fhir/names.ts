import { nameGroups, type NameGroup, type PersonName } from '../dicom/names';

/** How a name is written (HL7 v3 EntityNameUse): alphabetic, ideographic or phonetic (syllabic). */
export type Representation = 'ABC' | 'IDE' | 'SYL';

/** HL7's extension that tells how a name is written; later releases define it under this URL. */
export const REPRESENTATION_URL =
  'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation';

/** One component group of a DICOM name with the way it is written. */
export interface WrittenName {
  readonly representation: Representation;
  readonly group: NameGroup;
}

/** The groups of a name that are there, alphabetic first (PS3.5 6.2.1). */
export function writtenNames(name: PersonName): WrittenName[] {
  return [
    written('ABC', name.alphabetic),
    written('IDE', name.ideographic),
    written('SYL', name.phonetic),
  ].flat();
}

/** A name for people to read: the first group that is there; undefined without a name. */
export function displayName(name: PersonName | undefined): string | undefined {
  const first = name && nameGroups(name)[0];
  return first && groupText(first, first !== name.alphabetic);
}

/**
 * A group as people write it: `Dr Maria Anna Rossi, MD`. Ideographic and phonetic names put the family
 * first. A group with nothing in its five components stays as the archive has it.
 */
export function groupText(group: NameGroup, familyFirst: boolean): string {
  const { family, given, middle, prefix, suffix } = group;
  const parts = familyFirst ? [prefix, family, given, middle] : [prefix, given, middle, family];
  const text = parts.filter((part) => part !== undefined).join(' ');
  return [text, suffix].filter(Boolean).join(', ') || group.text;
}

function written(representation: Representation, group: NameGroup | undefined): WrittenName[] {
  return group === undefined ? [] : [{ representation, group }];
}
