import type { PageFacts, ReleaseFacts } from '../facts';
import { at, isObject, items, text, type Json } from './json';

/** Tells where an element of a study came from, by the gateway's own table of mappings. */
export interface Origins {
  /**
   * @param path below ImagingStudy without indices, for example `series.uid`
   * @param item the element itself, where it is at hand: it may tell which of several rows is meant
   */
  of(path: string, item?: Json): readonly string[];
}

/** @param study the resource in JSON, for what refers to its contained resources; undefined where it is not at hand */
export function originsIn(facts: PageFacts, release: ReleaseFacts, study?: Json): Origins {
  const mapped = release.name === 'r4b' ? 'r4' : release.name;
  const rows = facts.mapping.flatMap((row) => {
    const elements = row.elements[mapped] ?? [];
    return elements.map((element) => ({ element, words: row.each?.[element] ?? row.dicom }));
  });
  const direct = (path: string) =>
    rows.filter(({ element }) => element === path).map(({ words }) => words);
  return {
    of(path, item) {
      if (/(^|\.)extension$/.test(path)) return extension(facts, item, () => direct(path));
      if (path === 'contained') return contained(study, item, direct, facts);
      const general = facts.general[path];
      return general === undefined ? narrowed(direct(path), item) : [general];
    },
  };
}

/** An extension of the gateway's own is told by its URL; of a standard one the table tells what it may be. */
function extension(
  facts: PageFacts,
  item: Json | undefined,
  otherwise: () => readonly string[],
): readonly string[] {
  const meaning = facts.extensions[text(at(item, 'url')) ?? ''];
  return meaning === undefined ? otherwise() : [meaning];
}

/** A contained resource is there for the elements that refer to it, and comes from where they come from. */
function contained(
  study: Json | undefined,
  item: Json | undefined,
  direct: (path: string) => readonly string[],
  { general }: PageFacts,
): readonly string[] {
  const id = text(at(item, 'id'));
  const referring = id === undefined ? [] : referrersOf(study, `#${id}`);
  const found = [...new Set(referring.flatMap(direct))];
  return found.length > 0 ? found : [general.contained ?? ''];
}

/** Paths of the elements that hold a reference, those of contained resources left out. */
function referrersOf(study: Json | undefined, reference: string, path = ''): string[] {
  return Object.entries(isObject(study) ? study : {}).flatMap(([name, value]) => {
    if (name === 'contained') return [];
    const own = path === '' ? name : `${path}.${name}`;
    return items(value).flatMap((item) =>
      text(at(item, 'reference')) === reference ? [own] : referrersOf(item, reference, own),
    );
  });
}

/** Of several rows the one that the item names itself, as the types of identifiers do. */
function narrowed(words: readonly string[], item: Json | undefined): readonly string[] {
  if (words.length < 2 || !isObject(item)) return words;
  const names = [
    text(at(item, 'label')),
    text(at(item, 'type', 'text')),
    ...items(at(item, 'type', 'coding')).map((coding) => text(at(coding, 'display'))),
  ];
  const named = words.filter((each) => names.some((name) => name && each.startsWith(name)));
  return named.length === 1 ? named : words;
}
