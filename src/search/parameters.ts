import type { ReleaseName } from '../fhir/releases';
import type { Presence, SortKey } from '../study/query';
import { NOTHING, type Reader } from './asked';
import { readBodySite, readModality, readSex, readUids } from './codes';
import { readDates } from './dates';
import type { SearchType } from './dialects';
import { readIdentifiers, readPatientIds, readPatientReference, readStudyIds } from './identifiers';
import { readNames } from './names';

/*
 * THE TABLE of search parameters. The parser, the conformance statement, the README's table and the tests
 * read these rows; a parameter is one row.
 */

export type ParameterType = 'number' | 'date' | 'string' | 'token' | 'reference' | 'uri';

/** What one release calls a parameter, and what it lets a client do with it. */
export interface Spelling {
  readonly name: string;
  readonly type: ParameterType;
  /** Modifiers besides `:missing` and, for a reference, `:Type`. */
  readonly modifiers?: readonly string[];
}

/** What every row has. */
interface Row {
  readonly resource: SearchType;
  /** The releases that have the parameter. */
  readonly releases: Readonly<Partial<Record<ReleaseName, Spelling>>>;
  /** One sentence for people, in the conformance statement and the README. */
  readonly documentation: string;
}

/** A parameter that an archive, or the gateway on its rows, can answer. */
export interface AnsweredParameter extends Row {
  readonly read: Reader;
  /** What `:missing` asks for; `never` and `always` where the element is always, or never, there. */
  readonly missing?: Presence | 'never' | 'always';
  readonly sortBy?: SortKey['by'];
  /** The type that a reference refers to, whose parameters can be chained. */
  readonly target?: SearchType;
}

/** A parameter that exists in FHIR and that no archive can answer. */
export interface RefusedParameter extends Row {
  readonly refusal: string;
}

export type Parameter = AnsweredParameter | RefusedParameter;

const NO_TEXT_INDEX = 'an archive has no index of texts';
const NO_TAGS = 'an archive keeps no FHIR tags, profiles or security labels';

export const PARAMETERS: readonly Parameter[] = [
  {
    resource: 'ImagingStudy',
    releases: { dstu1: { name: '_id', type: 'token' } },
    documentation: 'Logical id of the study: its Study Instance UID',
    read: readStudyIds,
    missing: 'never',
  },
  {
    resource: 'ImagingStudy',
    releases: { dstu1: { name: '_language', type: 'token' } },
    documentation:
      'Language of the resource; studies here tell none, so no value matches and only :missing=true does',
    read: () => NOTHING,
    missing: 'always',
  },
  {
    resource: 'ImagingStudy',
    releases: { dstu1: { name: 'accession', type: 'token' } },
    documentation:
      'Accession Number (0008,0050): value, system|value (the system of its issuer, or the issuer by name), or |value',
    read: readIdentifiers('accession'),
    missing: 'accession',
    sortBy: 'accession',
  },
  {
    resource: 'ImagingStudy',
    releases: { dstu1: { name: 'bodysite', type: 'token' } },
    documentation:
      'Body part of a series (0018,0015): SNOMED code, Body Part Examined term or its meaning; all codes of one meaning match',
    read: readBodySite,
    missing: 'bodyPart',
  },
  {
    resource: 'ImagingStudy',
    releases: { dstu1: { name: 'date', type: 'date' } },
    documentation:
      'Study Date and Time (0008,0020) (0008,0030), of any precision; without a zone compared with the wall clock of the study',
    read: readDates('started'),
    missing: 'started',
    sortBy: 'started',
  },
  {
    resource: 'ImagingStudy',
    releases: { dstu1: { name: 'dicom-class', type: 'token' } },
    documentation: 'SOP Class UID (0008,0016) of an instance, bare or as urn:oid:',
    read: readUids('sopClass'),
    missing: 'series',
  },
  {
    resource: 'ImagingStudy',
    releases: { dstu1: { name: 'modality', type: 'token' } },
    documentation: 'Modality (0008,0060) of a series, acquiring or not',
    read: readModality,
    missing: 'modality',
    sortBy: 'modality',
  },
  {
    resource: 'ImagingStudy',
    releases: { dstu1: { name: 'series', type: 'token' } },
    documentation: 'Series Instance UID (0020,000E), bare or as urn:oid:',
    read: readUids('series'),
    missing: 'series',
  },
  {
    resource: 'ImagingStudy',
    releases: { dstu1: { name: 'size', type: 'number' } },
    documentation: 'Size of the study in megabytes',
    refusal: 'DICOMweb does not tell how large a study is',
  },
  {
    resource: 'ImagingStudy',
    releases: { dstu1: { name: 'study', type: 'token' } },
    documentation: 'Study Instance UID (0020,000D), bare or as urn:oid:',
    read: readUids('study'),
    missing: 'never',
    sortBy: 'study',
  },
  {
    resource: 'ImagingStudy',
    releases: { dstu1: { name: 'subject', type: 'reference' } },
    documentation:
      'The patient: id, Patient/id or absolute URL; chained, for example subject.identifier=LAB|P1. Missing where the study has no Patient ID',
    read: readPatientReference,
    missing: 'patient',
    sortBy: 'patient',
    target: 'Patient',
  },
  {
    resource: 'ImagingStudy',
    releases: { dstu1: { name: 'uid', type: 'token' } },
    documentation: 'SOP Instance UID (0008,0018) of an instance, bare or as urn:oid:',
    read: readUids('instance'),
    missing: 'series',
  },
  {
    resource: 'Patient',
    releases: { dstu1: { name: '_id', type: 'token' } },
    documentation: 'Logical id of the patient, made of issuer and Patient ID',
    read: readPatientIds,
    missing: 'patient',
  },
  {
    resource: 'Patient',
    releases: { dstu1: { name: 'identifier', type: 'token' } },
    documentation:
      'Patient ID (0010,0020): value, system|value (the system of its issuer, or the issuer by name), or |value',
    read: readIdentifiers('patient'),
    missing: 'patient',
    sortBy: 'patient',
  },
  {
    resource: 'Patient',
    releases: { dstu1: { name: 'name', type: 'string', modifiers: ['exact'] } },
    documentation:
      "Patient's Name (0010,0010), any group and component: each word starts a word of the name, case and accents aside",
    read: readNames('any'),
    missing: 'name',
  },
  {
    resource: 'Patient',
    releases: { dstu1: { name: 'family', type: 'string', modifiers: ['exact'] } },
    documentation: 'Family name, in any group of the name',
    read: readNames('family'),
    missing: 'name',
  },
  {
    resource: 'Patient',
    releases: { dstu1: { name: 'given', type: 'string', modifiers: ['exact'] } },
    documentation: 'Given or middle name, in any group of the name',
    read: readNames('given'),
    missing: 'name',
  },
  {
    resource: 'Patient',
    releases: { dstu1: { name: 'birthdate', type: 'date' } },
    documentation: "Patient's Birth Date (0010,0030), of any precision",
    read: readDates('birthDate'),
    missing: 'birthDate',
  },
  {
    resource: 'Patient',
    releases: { dstu1: { name: 'gender', type: 'token' } },
    documentation: "Patient's Sex (0010,0040): M, F or UN, or male, female, other",
    read: readSex,
    missing: 'sex',
  },
  ...(['ImagingStudy', 'Patient'] as const).flatMap((resource) => [
    refused(resource, '_text', 'string', NO_TEXT_INDEX),
    refused(resource, '_content', 'string', NO_TEXT_INDEX),
    refused(resource, '_tag', 'token', NO_TAGS),
    refused(resource, '_profile', 'token', NO_TAGS),
    refused(resource, '_security', 'token', NO_TAGS),
    refused(resource, '_query', 'token', 'no named queries are defined here'),
  ]),
];

function refused(
  resource: SearchType,
  name: string,
  type: ParameterType,
  refusal: string,
): RefusedParameter {
  const documentation = 'A search parameter of every resource type';
  return { resource, releases: { dstu1: { name, type } }, documentation, refusal };
}

/** A row as one release has it. */
export type Spelled<P extends Parameter = Parameter> = P & { readonly spelling: Spelling };

/** The parameters of a resource type that a release has, answered or not, in the table's order. */
export function parametersOf(release: ReleaseName, resource: SearchType): readonly Spelled[] {
  return PARAMETERS.flatMap((row) => {
    const spelling = row.releases[release];
    return row.resource === resource && spelling ? [{ ...row, spelling }] : [];
  });
}

/** Those of {@link parametersOf} that work. */
export function answeredParameters(
  release: ReleaseName,
  resource: SearchType,
): readonly Spelled<AnsweredParameter>[] {
  return parametersOf(release, resource).filter((row) => isAnswered(row));
}

/** Whether a parameter can be answered. */
export function isAnswered(row: Spelled): row is Spelled<AnsweredParameter> {
  return 'read' in row;
}

/** The modifiers that work with a parameter, without the colon. */
export function modifiersOf(row: Spelled<AnsweredParameter>): readonly string[] {
  return [
    ...(row.missing === undefined ? [] : ['missing']),
    ...(row.spelling.modifiers ?? []),
    ...(row.target === undefined ? [] : [row.target]),
  ];
}

/** What a conformance statement tells of a parameter (ServerFacts in fhir/releases.ts). */
export interface DeclaredParameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly documentation: string;
  readonly target?: readonly string[];
  readonly chain?: readonly string[];
}

/** The parameters that work, as the conformance statement declares them. */
export function declaredParameters(
  release: ReleaseName,
  resource: SearchType,
): readonly DeclaredParameter[] {
  return answeredParameters(release, resource).map(({ spelling, documentation, target }) => ({
    name: spelling.name,
    type: spelling.type,
    documentation,
    ...(target !== undefined && {
      target: [target],
      chain: answeredParameters(release, target).map((row) => row.spelling.name),
    }),
  }));
}
