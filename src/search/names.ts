import type { NamePart, TextMatch } from '../study/query';
import { hasLetters } from '../study/text';
import { invalid, problem, shown, type Asked, type Reader } from './asked';
import { literal, unescaped } from './values';

/** How a text with a modifier is compared; without, FHIR's default holds. */
export const MATCH_OF_MODIFIER: Readonly<Record<string, TextMatch>> = {
  exact: 'exact',
  contains: 'contains',
};

/** Makes the reader of a text that is compared with a person's name. */
export function readNames(part: NamePart): Reader {
  return (asked) => {
    const text = plainName(asked);
    return [{ on: 'name', text, match: MATCH_OF_MODIFIER[asked.modifier ?? ''] ?? 'starts', part }];
  };
}

/**
 * A name as people write it. `^` and `=` separate the components and groups of a name in DICOM (PS3.5
 * 6.2.1): with them a text could match in a place that the client did not mean.
 */
function plainName(asked: Asked): string {
  const text = unescaped(asked.raw).trim();
  const example = `${asked.parameter}=Anna Smith`;
  literal(asked, text, `the start of a name, for example ${example}`);
  if (/[=^]/.test(text)) {
    throw problem(
      asked.parameter,
      'wildcard-refused',
      `${asked.parameter}: ${shown(text)} holds a separator of DICOM names (^ or =); write the name with blanks, for example ${example}`,
    );
  }
  if (!hasLetters(text)) throw invalid(asked, 'a name', example);
  return text;
}
