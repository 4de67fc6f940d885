import type { PersonName } from '../dicom/names';
import type { Moment } from '../dicom/values';

/*
 * What the gateway knows of a study, in nobody's resource format: the renderers of every FHIR release read
 * this, the archive's answers are turned into it, and no tag or FHIR element name is in it.
 * An absent member was not told by the archive. WADO-RS URLs are not in it: they are made for the caller at
 * hand from the UIDs (see `WadoUrls`), so that one cached study serves every caller.
 */

/** Who issued an identifier (HL7v2 HD): a local name, and a universal id with its type where known. */
export interface Issuer {
  readonly name?: string;
  readonly universalId?: string;
  /** `ISO`, `URI`, `UUID`, `DNS`, … (PS3.3 Table 10-17). */
  readonly universalIdType?: string;
}

/** A value with its issuer: an accession number, an order number, another patient id. */
export interface IssuedId {
  readonly value: string;
  readonly issuer?: Issuer;
}

/** A coded concept (PS3.3 Table 8.8-1). */
export interface Code {
  readonly value: string;
  /** Coding Scheme Designator, for example `DCM`, `SCT`, `LN`, `99LAB`. */
  readonly scheme?: string;
  readonly version?: string;
  readonly meaning?: string;
}

export interface Patient {
  /** Patient ID (0010,0020). Without it the patient cannot be told from another. */
  readonly id?: string;
  readonly issuer?: Issuer;
  readonly otherIds: readonly IssuedId[];
  readonly name?: PersonName;
  readonly birthDate?: string;
  readonly sex?: 'M' | 'F' | 'O';
}

/** A request (order) that led to the study (Request Attributes, Referenced Request). */
export interface ImagingRequest {
  readonly accession?: IssuedId;
  readonly procedureId?: string;
  readonly placerNumber?: IssuedId;
  readonly fillerNumber?: IssuedId;
  readonly description?: string;
  readonly codes: readonly Code[];
  readonly reason?: string;
}

export type Availability = 'ONLINE' | 'NEARLINE' | 'OFFLINE' | 'UNAVAILABLE';

/** The study level: what one study row tells, before anybody asked for its series. */
export interface StudyHeader {
  /** Study Instance UID as the archive has it; not always a legal one. */
  readonly uid: string;
  /** Whether the archive holds the same UID under another patient too, as far as the answer showed. */
  readonly shared: boolean;
  readonly patient: Patient;
  readonly started?: Moment;
  readonly accession?: IssuedId;
  readonly studyId?: string;
  readonly requests: readonly ImagingRequest[];
  /** Modalities in Study (0008,0061), all of them; absent when the archive did not tell. */
  readonly modalities?: readonly string[];
  readonly referrer?: PersonName;
  readonly requester?: PersonName;
  readonly readers: readonly PersonName[];
  readonly availability?: Availability;
  readonly admittingDiagnoses: readonly string[];
  readonly reasons: readonly string[];
  readonly procedures: readonly Code[];
  readonly description?: string;
  readonly institution?: string;
  readonly department?: string;
  /** Confidentiality Code (0040,1008), all values; empty where the archive told that there is none. */
  readonly confidentiality?: readonly string[];
  /** Retrieve AE Title (0008,0054), all values; empty where the archive told that there is none. */
  readonly aeTitles?: readonly string[];
  /** The archive's own counts (0020,1206) and (0020,1208). */
  readonly numberOfSeries?: number;
  readonly numberOfInstances?: number;
  /** When the study last changed, or the gateway first saw it as it is: an ISO instant in UTC. */
  readonly lastUpdated?: string;
  /**
   * Set where the archive's index alone told the study: enough to choose it and to put it in order, never to answer
   * with. What an index does not hold (issuers, codes, modalities, counts) is untold here, not absent.
   */
  readonly sketch?: true;
}

export interface Series {
  readonly uid: string;
  readonly number?: number;
  readonly modality?: string;
  readonly description?: string;
  /** The archive's own count (0020,1209). */
  readonly numberOfInstances?: number;
  readonly availability?: Availability;
  /** Body Part Examined (0018,0015), as told. */
  readonly bodyPart?: string;
  readonly laterality?: string;
  readonly started?: Moment;
  readonly performers: readonly PersonName[];
  readonly operators: readonly PersonName[];
  /** Specimens that the images show (Specimen Description Sequence), of the series' first image. */
  readonly specimens?: readonly IssuedId[];
  /** UIDs of the Modality Performed Procedure Steps that the series is a part of. */
  readonly procedureSteps?: readonly string[];
  readonly instances: readonly Instance[];
}

export interface Instance {
  readonly uid: string;
  readonly sopClass?: string;
  readonly number?: number;
  /** Directory Record Type (0004,1430). */
  readonly recordType?: string;
  /** Content label, document concept, document title or image type: the first that is there. */
  readonly title?: string;
  readonly frames?: number;
}

/** Something about a study that the client should know, because the answer may otherwise mislead. */
export type Defect =
  | { readonly kind: 'illegal-uid' }
  | { readonly kind: 'incomplete'; readonly expected: number; readonly received: number }
  | { readonly kind: 'mixed-patients' }
  | { readonly kind: 'no-details' };

/** A study with its series and instances, or without them where the question needed none. */
export interface Study extends StudyHeader {
  readonly series?: readonly Series[];
  readonly defects: readonly Defect[];
}

/** Makes the absolute WADO-RS URLs that a caller is given (PS3.18 10.4). */
export interface WadoUrls {
  study(study: string): string;
  series(study: string, series: string): string;
  instance(study: string, series: string, instance: string): string;
}

/**
 * Number of Study Related Series: the archive's count, or what was counted where that is more (an archive
 * that files one study twice counts each part) or all there is; undefined without either.
 */
export function seriesCount(study: Study): number | undefined {
  return larger(study.numberOfSeries, study.series?.length);
}

/** Number of Study Related Instances, as {@link seriesCount} has it. */
export function instanceCount(study: Study): number | undefined {
  const counted = study.series?.reduce((sum, series) => sum + seriesInstanceCount(series), 0);
  return larger(study.numberOfInstances, counted);
}

/** Number of Series Related Instances, as {@link seriesCount} has it. */
export function seriesInstanceCount(series: Series): number {
  return Math.max(series.numberOfInstances ?? 0, series.instances.length);
}

function larger(told: number | undefined, counted: number | undefined): number | undefined {
  if (told === undefined || counted === undefined) return told ?? counted;
  return Math.max(told, counted);
}
