import { MODALITIES, SOP_CLASSES } from '../dicom/codes';
import { EXTENSION_BASE, EXTENSIONS } from '../fhir/extensions';
import { RELEASES, type FhirRelease, type ReleaseName } from '../fhir/releases';
import { DIALECTS } from '../search/dialects';
import { declaredParameters } from '../search/parameters';
import { contentOf } from '../study/content';
import type { PageFacts, ReleaseFacts, SopClassFacts, ViewerFacts } from '../web/facts';
import { GENERAL, MAPPING } from '../web/mapping';
import type { Software } from './conformance';

/** What the page is told that the settings decide. */
export interface PageOptions {
  /** Viewers that a study can be opened in; `{study}` stands for its UID. */
  readonly viewers: readonly ViewerFacts[];
  /** The page as a client of the authorisation server; undefined where none is registered. */
  readonly smart?: { readonly clientId: string; readonly scope: string } | undefined;
}

/** What of the rest of the gateway the page is told. */
export interface PageSurroundings {
  readonly software: Software;
  readonly authorises: boolean;
  /** Whether images lead through the gateway. */
  readonly images: boolean;
}

/** Everything the page is told: read from the tables that the gateway runs on. */
export function pageFacts(options: PageOptions, surroundings: PageSurroundings): PageFacts {
  const { software, authorises, images } = surroundings;
  return {
    software: { name: software.name, version: software.version },
    releases: Object.values(RELEASES).map(releaseFacts),
    authorises,
    images,
    viewers: options.viewers,
    ...(options.smart !== undefined && { smart: options.smart }),
    modalities: MODALITIES,
    sopClasses: Object.fromEntries(SOP_CLASSES.map(({ uid, name }) => [uid, kindOf(uid, name)])),
    mapping: MAPPING,
    general: GENERAL,
    extensions: Object.fromEntries(
      Object.entries(EXTENSIONS).map(([name, { meaning }]) => [EXTENSION_BASE + name, meaning]),
    ),
  };
}

function releaseFacts(release: FhirRelease): ReleaseFacts {
  const parameters = declaredParameters(release.name, 'ImagingStudy').map(({ name }) => name);
  const named = (...candidates: readonly string[]) =>
    candidates.find((each) => parameters.includes(each)) ?? '';
  const patient = named('patient', 'subject');
  return {
    name: release.name,
    title: release.title,
    json: release.mediaType('json', 'resource'),
    xml: release.mediaType('xml', 'resource'),
    asks: {
      name: `${patient}.name`,
      patientId: `${patient}.identifier`,
      date: named('started', 'date'),
      modality: named('modality'),
      accession: named('accession', 'identifier'),
      bodySite: named('body-site', 'bodysite'),
    },
    since: comparatorOf(release.name, 'ge'),
    until: comparatorOf(release.name, 'le'),
    elements: elementsAboveSeries(release.name),
  };
}

/** How a release writes a comparator in front of a date: DSTU1 `>=`, later ones `ge`. */
function comparatorOf(release: ReleaseName, wanted: 'ge' | 'le'): string {
  const row = DIALECTS[release].comparators.find(([, comparator]) => comparator === wanted);
  return row?.[0] ?? wanted;
}

function elementsAboveSeries(name: ReleaseName): readonly string[] {
  const mapped = name === 'r4b' ? 'r4' : name;
  const elements = MAPPING.filter(({ askedBy }) => askedBy === 'study row').flatMap(
    (row) => row.elements[mapped] ?? [],
  );
  return [...new Set(elements)];
}

/** Decided where the gateway decides what an instance leads to; the UID of the instance does not matter. */
function kindOf(sopClass: string, name: string): SopClassFacts {
  return { name, kind: contentOf({ uid: '1.2.3', sopClass })?.kind ?? 'other' };
}
