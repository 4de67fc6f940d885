import type { IdentifierOf } from '../study/issuers';
import type { Instance, Issuer, Patient, Study, StudyHeader, WadoUrls } from '../study/model';
import { dstu1 } from './dstu1';
import { dstu2 } from './dstu2';
import type { ExtensionName } from './extensions';
import type { OperationName } from './operations';
import { r4 } from './r4';
import { r4b } from './r4b';
import { r5 } from './r5';
import { r6 } from './r6';
import { stu3 } from './stu3';

/** The name of a FHIR release as it stands in a base URL. */
export type ReleaseName = 'dstu1' | 'dstu2' | 'stu3' | 'r4' | 'r4b' | 'r5' | 'r6';

/** A FHIR resource or bundle in its JSON form, members in the order of the specification. */
export interface Resource {
  readonly resourceType: string;
  readonly [element: string]: unknown;
}

export type Format = 'json' | 'xml';

/** What a renderer needs besides the study: the ids, systems and URLs of this gateway and this caller. */
export interface RenderContext {
  /** Base of the release's endpoint, for example `http://127.0.0.1:8080/fhir/dstu1`; no trailing slash. */
  readonly baseUrl: string;
  readonly wado: WadoUrls;
  /** The archive's WADO-RS service, for releases that have Endpoint. */
  readonly endpoint: EndpointFacts;
  /** Whether studies refer to the served Endpoint or contain a copy of it. */
  readonly endpointAs: 'reference' | 'contained';
  /** The address that opens this study to this caller alone; undefined: that of the Endpoint. */
  readonly addressOf?: (study: StudyHeader) => string | undefined;
  /** When the archive last changed a study, or the gateway first saw it as it is; undefined if unknown. */
  lastUpdated(study: StudyHeader): Date | undefined;
  /** Logical id of a study. */
  studyId(study: StudyHeader): string;
  /** Logical id of a patient; undefined for a patient without Patient ID. */
  patientId(patient: Patient): string | undefined;
  /** The URI of an issuer's identifiers (configured, or from its universal id); undefined if unknown. */
  identifierSystem(issuer: Issuer | undefined, of: IdentifierOf): string | undefined;
  /** The Binary that an instance leads to, where it leads to any; absent where no Binary is served. */
  readonly contentOf?: (instance: Instance) => InstanceContent | undefined;
}

/** What an instance leads to, served as a Binary. */
export interface InstanceContent {
  readonly kind: 'image' | 'document' | 'report';
  /** Logical id of the Binary. */
  readonly id: string;
  readonly contentType: string;
}

/** A DICOMweb service that studies are retrieved from. */
export interface EndpointFacts {
  readonly id: string;
  readonly name: string;
  /** Base of the service, without `/studies` and without a trailing slash (R4 endpoint.html). */
  readonly address: string;
  /** Whether the service wants the client's access token; undefined where nobody knows. */
  readonly requiresToken?: boolean | undefined;
}

/** What a Binary holds. */
export interface BinaryFacts {
  readonly id: string;
  readonly contentType: string;
  /** The content in base64. */
  readonly data: string;
}

/** One thing to tell the client in an OperationOutcome. */
export interface OutcomeIssue {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information';
  /** An issue type that DSTU1 and every later release has. */
  readonly issue: string;
  /** Code of the catalogue in errors.ts, or of a warning. */
  readonly code: string;
  readonly text: string;
  readonly location?: readonly string[];
}

/** One page of a search, before it has a release's shape. */
export interface SearchPage {
  readonly links: {
    readonly self: string;
    readonly first?: string;
    readonly previous?: string;
    readonly next?: string;
  };
  /** How many resources match in all; absent when nobody knows. */
  readonly total?: number;
  /** When the archive was asked. */
  readonly updated: Date;
  readonly title: string;
  readonly entries: readonly SearchEntry[];
}

export interface SearchEntry {
  readonly resource: Resource;
  /** Absolute, version-independent URL; for an outcome, a urn:uuid. */
  readonly fullUrl: string;
  /** Logical id of the resource; an outcome has none. */
  readonly id?: string;
  readonly title: string;
  readonly mode: 'match' | 'include' | 'outcome';
}

/** What the gateway can do, for the conformance statement; made from the tables that the code runs on. */
export interface ServerFacts {
  readonly software: { readonly name: string; readonly version: string };
  readonly publisher: string;
  /** ISO date on which this statement last changed. */
  readonly date: string;
  readonly baseUrl: string;
  readonly cors: boolean;
  readonly resources: readonly {
    readonly type: string;
    readonly interactions: readonly ('read' | 'search-type')[];
    readonly includes: readonly string[];
    readonly parameters: readonly {
      readonly name: string;
      readonly type: 'number' | 'date' | 'string' | 'token' | 'reference' | 'uri';
      readonly documentation: string;
      readonly target?: readonly string[];
      readonly chain?: readonly string[];
    }[];
  }[];
  /** Operations of the whole server or, with `on`, of a resource type; for releases that define operations. */
  readonly operations: readonly {
    readonly name: string;
    readonly on?: string;
    /** Canonical URL of the OperationDefinition. */
    readonly definition: string;
  }[];
  /** Types whose compartments can be searched (compartments.html), for example `Patient`. */
  readonly compartments: readonly string[];
}

/** One FHIR release: everything that differs between releases is behind this. */
export interface FhirRelease {
  readonly name: ReleaseName;
  /** For people: `DSTU1 (0.0.82)`. */
  readonly title: string;
  readonly version: string;
  /** Media type of an answer, without charset and fhirVersion. Bundles have their own in DSTU1 XML. */
  mediaType(format: Format, kind: 'resource' | 'bundle'): string;
  imagingStudy(study: Study, context: RenderContext): Resource;
  /** Only in releases that have Endpoint (STU3 and later). */
  endpoint?(endpoint: EndpointFacts): Resource;
  /**
   * The definitions of the gateway's own extensions (fhir/extensions.ts), in releases that define them by
   * StructureDefinition (DSTU2 and later); undefined for a name that is none of them.
   */
  structureDefinition?(name: ExtensionName): Resource;
  /**
   * The definitions of the gateway's own operations (fhir/operations.ts), in releases that define operations.
   *
   * @param url where the definition is served
   */
  operationDefinition?(name: OperationName, url: string): Resource;
  patient(patient: Patient, context: RenderContext): Resource;
  /** Content as a resource; DSTU1 has none, only the content itself (http.html of 0.0.82, "Binary"). */
  readonly binary?: (binary: BinaryFacts) => Resource;
  outcome(issues: readonly OutcomeIssue[]): Resource;
  searchset(page: SearchPage, context: { readonly baseUrl: string }): Resource;
  conformance(facts: ServerFacts): Resource;
  /** The XML form of a resource or bundle; the JSON form is what it already is. */
  toXml(resource: Resource): string;
}

/** THE REGISTRY of releases: each is one file, and its line here. */
export const RELEASES: Readonly<Record<ReleaseName, FhirRelease>> = {
  dstu1,
  dstu2,
  stu3,
  r4,
  r4b,
  r5,
  r6,
};
