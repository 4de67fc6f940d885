import { EXTENSIONS, type ExtensionName } from '../../src/fhir/extensions';
import type { FhirRelease, RenderContext, Resource } from '../../src/fhir/releases';
import { rich, STUDIES } from './studies';
import { contextFor, ENDPOINT, facts, operationOf, outcomeOf, pageOf } from './surroundings';

/*
 * What the tests of DSTU2 and STU3 have in common.
 */

/** A renderer's context for a release. */
export function contextOf(release: FhirRelease): RenderContext {
  return contextFor(`http://127.0.0.1:8080/fhir/${release.name}`);
}

/** One resource of every kind that a release makes, by the name of its golden files. */
export function samplesOf(release: FhirRelease): (readonly [string, Resource])[] {
  const context = contextOf(release);
  const { baseUrl } = context;
  const studies = Object.entries(STUDIES).map(
    ([name, study]) => [`study-${name}`, release.imagingStudy(study, context)] as const,
  );
  const page = pageOf(entriesOf(release, studies.slice(0, 2), context), 2);
  return [
    ...studies,
    ['patient-rich', release.patient(rich.patient, context)],
    ['patient-scripts', release.patient(STUDIES.scripts.patient, context)],
    ['patient-unknown', release.patient(STUDIES.bare.patient, context)],
    ...(release.endpoint ? [['endpoint', release.endpoint(ENDPOINT)] as const] : []),
    ['outcome', outcomeOf(release)],
    ['searchset', release.searchset(page, context)],
    ['searchset-empty', release.searchset(pageOf([]), context)],
    ['conformance', release.conformance({ ...facts, baseUrl })],
    ...operationOf(release, baseUrl),
    ...definitionsOf(release),
  ];
}

/** Those samples that have a golden file: one definition is like another. */
export function goldenSamplesOf(release: FhirRelease): (readonly [string, Resource])[] {
  const kept = ['definition-other-name', 'definition-requester', 'definition-coding-scheme'];
  return samplesOf(release).filter(
    ([name]) => !name.startsWith('definition-') || kept.includes(name),
  );
}

/** Whether a text is the name of an extension. */
function isExtensionName(name: string): name is ExtensionName {
  return name in EXTENSIONS;
}

function definitionsOf(release: FhirRelease): (readonly [string, Resource])[] {
  return Object.keys(EXTENSIONS)
    .filter(isExtensionName)
    .flatMap((name) => {
      const definition = release.structureDefinition?.(name);
      return definition ? [[`definition-${name}`, definition] as const] : [];
    });
}

function entriesOf(
  release: FhirRelease,
  studies: readonly (readonly [string, Resource])[],
  context: RenderContext,
): Parameters<typeof pageOf>[0] {
  const { baseUrl } = context;
  return [
    ...studies.map(([name, resource]) => ({
      resource,
      fullUrl: `${baseUrl}/ImagingStudy/${name}`,
      title: name,
      mode: 'match' as const,
    })),
    {
      resource: release.patient(rich.patient, context),
      fullUrl: `${baseUrl}/Patient/1`,
      title: 'Patient <1>',
      mode: 'include' as const,
    },
    {
      resource: outcomeOf(release),
      fullUrl: 'urn:uuid:50ea3e5e-b6a7-4f55-956c-caef491bbc08',
      title: 'Warnings',
      mode: 'outcome' as const,
    },
  ];
}
