import type { MappedRelease, MappingRow } from './mapping';

/** The name of a release as it stands in a base URL. */
export type ReleaseName = MappedRelease | 'r4b';

/** How a release spells what the page asks for. */
export interface ReleaseFacts {
  readonly name: ReleaseName;
  /** For people, for example `R4 (4.0.1)`. */
  readonly title: string;
  /** Media types of a resource in JSON and in XML. */
  readonly json: string;
  readonly xml: string;
  /** Names of search parameters of ImagingStudy, by what they ask for. */
  readonly asks: Readonly<Record<SearchWord, string>>;
  /** What stands in front of the first and of the last date wanted. */
  readonly since: string;
  readonly until: string;
  /** Elements above the series; a search that wants no more costs the archive a study query alone. */
  readonly elements: readonly string[];
}

/** What the search form has fields for. */
export type SearchWord = 'name' | 'patientId' | 'date' | 'modality' | 'accession' | 'bodySite';

/** A modality (PS3.16 CID 29, CID 32). */
export interface ModalityFacts {
  readonly code: string;
  readonly display: string;
  /** Whether it acquires images or signals, unlike SR, KO or PR. */
  readonly acquisition: boolean;
}

/** What an instance is for people, by its SOP class. */
export interface SopClassFacts {
  readonly name: string;
  readonly kind: 'image' | 'document' | 'report' | 'other';
}

/** A viewer that a study can be opened in. */
export interface ViewerFacts {
  readonly name: string;
  /** URL with `{study}` where the Study Instance UID goes. */
  readonly url: string;
}

/** What the page is told of the gateway; nothing of a patient, and nothing secret. */
export interface PageFacts {
  readonly software: { readonly name: string; readonly version: string };
  readonly releases: readonly ReleaseFacts[];
  /** Whether a token is needed. */
  readonly authorises: boolean;
  /** Whether images lead through the gateway. */
  readonly images: boolean;
  readonly viewers: readonly ViewerFacts[];
  /** How the page launches as a SMART app; absent where no client of it is registered. */
  readonly smart?: { readonly clientId: string; readonly scope: string };
  readonly modalities: readonly ModalityFacts[];
  readonly sopClasses: Readonly<Record<string, SopClassFacts>>;
  readonly mapping: readonly MappingRow[];
  /** What elements of every resource hold, by name. */
  readonly general: Readonly<Record<string, string>>;
  /** Meaning of the gateway's extensions, by URL. */
  readonly extensions: Readonly<Record<string, string>>;
}
