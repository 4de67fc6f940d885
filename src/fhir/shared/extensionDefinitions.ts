import type { Members } from '../elements';
import { EXTENSIONS, type ExtensionName } from '../extensions';
import { narrative, paragraph, title } from '../narrative';

/** What a StructureDefinition says of an extension, in the words that DSTU2 and STU3 have in common. */
export interface ExtensionFacts {
  /** `contextType` and `context`: where the extension may stand. */
  readonly context: { readonly contextType: 'datatype' | 'resource'; readonly context: string[] };
  /** Name of the value's data type. */
  readonly type: string;
  /** URL of the resource definition that a reference leads to. */
  readonly target?: string;
  readonly meaning: string;
}

const DEFINITIONS = 'http://hl7.org/fhir/StructureDefinition/';
const DATATYPES: ReadonlySet<string> = new Set(['Element', 'Coding']);

/** The facts of one of the gateway's extensions, with the names and types of DSTU2 and STU3. */
export function extensionFacts(name: ExtensionName): ExtensionFacts {
  const { type, meaning } = EXTENSIONS[name];
  const context = contextsOf(name);
  const isDatatype = context.every((path) => DATATYPES.has(path));
  const [, target] = /^Reference\((\w+)\)$/.exec(type) ?? [];
  return {
    context: { contextType: isDatatype ? 'datatype' : 'resource', context },
    type: target === undefined ? valueType(type) : 'Reference',
    ...(target !== undefined && { target: DEFINITIONS + target }),
    meaning,
  };
}

/** The text of a StructureDefinition. */
export function definitionNarrative(name: ExtensionName): Members {
  return narrative([title(name), paragraph(EXTENSIONS[name].meaning)]);
}

/** In these releases the study has an element for its UID as well. */
function contextsOf(name: ExtensionName): string[] {
  const { contexts } = EXTENSIONS[name];
  return name === 'original-uid' ? ['ImagingStudy.uid', ...contexts] : [...contexts];
}

/** The type `url` is younger (R4); until then a URL is a `uri`. */
function valueType(type: string): string {
  return type === 'url' ? 'uri' : type;
}
