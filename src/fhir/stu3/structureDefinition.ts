import { resource, type Members } from '../elements';
import { extensionUrl, type ExtensionName } from '../extensions';
import type { Resource } from '../releases';
import {
  definitionNarrative,
  extensionFacts,
  type ExtensionFacts,
} from '../shared/extensionDefinitions';
import { FHIR_VERSION } from './capabilityStatement';

/** STU3 StructureDefinition of one of the gateway's extensions (structuredefinition.html of 3.0.2). */
export function structureDefinition(name: ExtensionName): Resource {
  const facts = extensionFacts(name);
  return resource('StructureDefinition', {
    id: name,
    text: definitionNarrative(name),
    url: extensionUrl(name),
    name,
    status: 'active',
    description: facts.meaning,
    fhirVersion: FHIR_VERSION,
    kind: 'complex-type',
    abstract: false,
    ...facts.context,
    type: 'Extension',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Extension',
    derivation: 'constraint',
    differential: { element: elements(name, facts) },
  });
}

function elements(name: ExtensionName, facts: ExtensionFacts): Members[] {
  return [
    element('Extension', { short: name, definition: facts.meaning, min: 0, max: '*' }),
    element('Extension.extension', { max: '0' }),
    element('Extension.url', { fixedUri: extensionUrl(name) }),
    element('Extension.value[x]', {
      min: 1,
      type: [{ code: facts.type, targetProfile: facts.target }],
    }),
  ];
}

/** An element has its path for id where nothing is sliced (elementdefinition.html). */
function element(path: string, members: Members): Members {
  return { id: path, path, ...members };
}
