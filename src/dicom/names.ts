import { isRecord } from './dataset';

/** One component group of a person name (PS3.5 6.2.1), its five components told apart. */
export interface NameGroup {
  /** The group as the archive has it, components joined by `^`. */
  readonly text: string;
  readonly family?: string;
  readonly given?: string;
  readonly middle?: string;
  readonly prefix?: string;
  readonly suffix?: string;
}

/** A person name; at least one of the three groups is there. */
export interface PersonName {
  readonly alphabetic?: NameGroup;
  readonly ideographic?: NameGroup;
  readonly phonetic?: NameGroup;
}

/**
 * Reads one PN value of the DICOM JSON Model (PS3.18 F.2.2): an object with up to three groups, or, as
 * some archives send it, one string with the groups joined by `=`.
 *
 * @returns the name, or undefined when no group holds a letter
 */
export function readPersonName(value: unknown): PersonName | undefined {
  const groups = typeof value === 'string' ? value.split('=') : groupsOf(value);
  const [alphabetic, ideographic, phonetic] = groups.map(readGroup);
  if (!alphabetic && !ideographic && !phonetic) return undefined;
  return {
    ...(alphabetic && { alphabetic }),
    ...(ideographic && { ideographic }),
    ...(phonetic && { phonetic }),
  };
}

/** The groups of a name that are there, alphabetic first. */
export function nameGroups(name: PersonName): NameGroup[] {
  return [name.alphabetic, name.ideographic, name.phonetic].filter((group) => group !== undefined);
}

function groupsOf(value: unknown): unknown[] {
  return isRecord(value) ? [value.Alphabetic, value.Ideographic, value.Phonetic] : [];
}

function readGroup(group: unknown): NameGroup | undefined {
  if (typeof group !== 'string') return undefined;
  const text = group.trim();
  const [family, given, middle, prefix, suffix] = text.split('^').map((part) => part.trim());
  if (text.replaceAll('^', '').trim() === '') return undefined;
  return {
    text,
    ...(family && { family }),
    ...(given && { given }),
    ...(middle && { middle }),
    ...(prefix && { prefix }),
    ...(suffix && { suffix }),
  };
}
