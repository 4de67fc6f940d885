import { EXTENSIONS, type ExtensionName } from '../../src/fhir/extensions';
import type { FhirRelease, RenderContext, Resource } from '../../src/fhir/releases';
import type { Study } from '../../src/study/model';
import { name, rich, STUDIES } from './studies';
import { contextFor, ENDPOINT, facts, operationOf, outcomeOf, pageOf } from './surroundings';

/*
 * What R4 and the releases after it are shown to be right with: every kind of resource, of every odd study.
 */

/** What a renderer of a release is given besides the study. */
export function contextOf(release: FhirRelease): RenderContext {
  return contextFor(baseUrlOf(release));
}

function baseUrlOf(release: FhirRelease): string {
  return `http://127.0.0.1:8080/fhir/${release.name}`;
}

/** Series made by several people, one of them in two roles; nothing but documents in the other. */
const crew: Study = {
  ...STUDIES.bare,
  modalities: ['SR', 'KO'],
  series: (rich.series ?? []).map((series) => ({
    ...series,
    laterality: 'U',
    performers: [name('Operator^Otto'), name('Roe^Rita')],
    operators: [name('Operator^Otto')],
    specimens: [{ value: 'SP-1', issuer: { name: 'PATH' } }],
    procedureSteps: ['1.2.3.9'],
  })),
};

/** One resource of every kind that the release makes, by the name of its golden files. */
export function samplesOf(release: FhirRelease): readonly (readonly [string, Resource])[] {
  const context = contextOf(release);
  const contained: RenderContext = {
    ...context,
    endpointAs: 'contained',
    lastUpdated: () => undefined,
  };
  const studies = Object.entries({ ...STUDIES, crew }).map(
    ([name, study]) => [`study-${name}`, release.imagingStudy(study, context)] as const,
  );
  return [
    ...studies,
    ['study-contained-endpoint', release.imagingStudy(STUDIES.bare, contained)],
    ['patient-rich', release.patient(rich.patient, context)],
    ['patient-scripts', release.patient(STUDIES.scripts.patient, context)],
    ['patient-unknown', release.patient(STUDIES.bare.patient, context)],
    ...definitionsOf(release),
    ...endpointOf(release),
    ['outcome', outcomeOf(release)],
    ['searchset', release.searchset(fullPage(release, studies), context)],
    ['searchset-empty', release.searchset(pageOf([]), context)],
    ['conformance', release.conformance({ ...facts, baseUrl: context.baseUrl })],
    ...operationOf(release, context.baseUrl),
  ];
}

/** The names of the extensions that the gateway defines. */
export const EXTENSION_NAMES = Object.keys(EXTENSIONS).filter(isExtensionName);

function isExtensionName(name: string): name is ExtensionName {
  return name in EXTENSIONS;
}

function definitionsOf(release: FhirRelease): (readonly [string, Resource])[] {
  return EXTENSION_NAMES.flatMap((name) => {
    const definition = release.structureDefinition?.(name);
    return definition ? [[`definition-${name}`, definition] as const] : [];
  });
}

function endpointOf(release: FhirRelease): (readonly [string, Resource])[] {
  const endpoint = release.endpoint?.(ENDPOINT);
  return endpoint ? [['endpoint', endpoint]] : [];
}

function fullPage(release: FhirRelease, studies: readonly (readonly [string, Resource])[]) {
  const baseUrl = baseUrlOf(release);
  const matches = studies.slice(0, 2).map(([name, resource]) => ({
    resource,
    fullUrl: `${baseUrl}/ImagingStudy/${name}`,
    title: `Study ${name}`,
    mode: 'match' as const,
  }));
  const patient = {
    resource: release.patient(rich.patient, contextOf(release)),
    fullUrl: `${baseUrl}/Patient/1`,
    title: 'Patient <1>',
    mode: 'include' as const,
  };
  const warnings = {
    resource: outcomeOf(release),
    fullUrl: 'urn:uuid:50ea3e5e-b6a7-4f55-956c-caef491bbc08',
    title: 'Warnings',
    mode: 'outcome' as const,
  };
  return pageOf([...matches, patient, warnings], 2);
}
