import { resource, type Members } from '../elements';
import { EXTENSIONS, extensionUrl, type ExtensionName } from '../extensions';
import { narrative, paragraph, table, title } from '../narrative';
import type { Resource } from '../releases';
import { computableName } from './capabilityStatement';

const CORE = 'http://hl7.org/fhir/StructureDefinition';

/**
 * The StructureDefinition (structuredefinition.html of 4.0.1, defining-extensions.html) of one of the gateway's
 * own extensions; R4B, R5 and R6 have the same elements.
 *
 * @param fhirVersion the release's own version, for example `4.0.1`
 */
export function structureDefinition(name: ExtensionName, fhirVersion: string): Resource {
  const { meaning, contexts, type } = EXTENSIONS[name];
  const url = extensionUrl(name);
  const rows = table([
    ['On', contexts.join(', ')],
    ['Value', type],
  ]);
  return resource('StructureDefinition', {
    id: name,
    text: narrative([title(url), paragraph(meaning), rows]),
    url,
    name: computableName(name),
    title: name,
    status: 'active',
    description: meaning,
    fhirVersion,
    kind: 'complex-type',
    abstract: false,
    context: contexts.map((expression) => ({ type: 'element', expression })),
    type: 'Extension',
    baseDefinition: `${CORE}/Extension`,
    derivation: 'constraint',
    differential: { element: elements(url, meaning, type) },
  });
}

function elements(url: string, meaning: string, type: string): Members[] {
  return [
    { id: 'Extension', path: 'Extension', short: meaning, definition: meaning, min: 0, max: '*' },
    { id: 'Extension.extension', path: 'Extension.extension', max: '0' },
    { id: 'Extension.url', path: 'Extension.url', fixedUri: url },
    { id: 'Extension.value[x]', path: 'Extension.value[x]', min: 1, type: [elementType(type)] },
  ];
}

/** A data type; `Reference(Practitioner)` tells its target, too. */
function elementType(type: string): Members {
  const [code, target] = type.split(/[()]/);
  return { code, targetProfile: target === undefined ? [] : [`${CORE}/${target}`] };
}
