import { resource, type Members } from '../elements';
import { extensionUrl, type ExtensionName } from '../extensions';
import type { Resource } from '../releases';
import {
  definitionNarrative,
  extensionFacts,
  type ExtensionFacts,
} from '../shared/extensionDefinitions';
import { FHIR_VERSION } from './conformance';

/** DSTU2 StructureDefinition of one of the gateway's extensions (structuredefinition.html of 1.0.2). */
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
    kind: 'datatype',
    constrainedType: 'Extension',
    abstract: false,
    ...facts.context,
    base: 'http://hl7.org/fhir/StructureDefinition/Extension',
    differential: { element: elements(name, facts) },
  });
}

function elements(name: ExtensionName, facts: ExtensionFacts): Members[] {
  return [
    { path: 'Extension', short: name, definition: facts.meaning, min: 0, max: '*' },
    { path: 'Extension.extension', max: '0' },
    { path: 'Extension.url', fixedUri: extensionUrl(name) },
    { path: 'Extension.value[x]', min: 1, type: [{ code: facts.type, profile: [facts.target] }] },
  ];
}
