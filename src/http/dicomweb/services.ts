import type { Request } from 'express';
import type { Access } from '../../auth/access';
import type { Part } from '../../auth/ownership';
import type { StudyHeader } from '../../study/model';
import type { Retriever } from '../../study/retrieval';
import type { RowSearch } from '../../study/rowSearch';
import type { Call, Meter } from '../../study/source';
import type { Audit } from '../disclosure';
import type { Report } from '../problem';

/** What the routes below `/dicom-web` need of the rest of the gateway. */
export interface DicomWebServices {
  /** Who asks and what they may see; throws Problem `unauthenticated` or `forbidden`. */
  access(request: Request): Promise<Access>;
  readonly ownership: Opening;
  /**
   * Counts a retrieval of a caller until it ends.
   * @returns what to call at its end
   * @throws Problem `rate-limited`
   */
  openStream(callerKey: string): () => void;
  /**
   * Counts a query of a caller.
   * @throws Problem `rate-limited`
   */
  countSearch(callerKey: string): void;
  readonly retriever: Retriever;
  readonly rows: RowSearch;
  /** Renders where the archive does not. */
  readonly renderer: Renderer;
  readonly audit: Audit;
  /** Counts what the archive is asked for nobody's request. */
  readonly meter: Meter;
  /** Told of transfers that broke after their answer had begun. */
  readonly report: Report;
  /** DICOMweb root at which the client reached the gateway; no trailing slash. */
  rootUrl(request: Request): string;
  readonly limits: DicomWebLimits;
}

/** Opens studies to callers who may see them; what it cannot show it says is not there. */
export interface Opening {
  openStudy(access: Access, study: string, call: Call): Promise<readonly StudyHeader[]>;
  openPart(access: Access, part: Part, call: Call): Promise<readonly StudyHeader[]>;
}

export interface DicomWebLimits {
  /** Studies of a query that names no limit, and the most that one may name. */
  readonly defaultRows: number;
  readonly maxRows: number;
  /** Study rows read for one query at most, to find those that the caller may see. */
  readonly scannedRows: number;
  /** Seconds after which a study that is being fetched from slow storage may be there. */
  readonly warmingRetryAfter: number;
  /** How long a client may not read before its transfer is ended, in milliseconds. */
  readonly stalledClientMs: number;
  /** How long it is remembered that the archive cannot render something, in milliseconds. */
  readonly renderMemoryMs: number;
  /** Bytes that the metadata of one instance may have where it is read for another answer. */
  readonly maxMetadataBytes: number;
}

/** An image of a consumer format (PS3.18 8.7.3.1). */
export type ImageType = 'image/jpeg' | 'image/png';

/** What is to be rendered of a DICOM file, and how. */
export interface RenderWish {
  /** Counted from 1. */
  readonly frame: number;
  readonly type: ImageType;
  /** Largest width and height in pixels; the image keeps its proportions. */
  readonly viewport?: readonly [width: number, height: number];
  /** Window centre and width, in the units of the modality. */
  readonly window?: readonly [center: number, width: number];
}

/** Renders DICOM files. */
export interface Renderer {
  /** Bytes of a file that it takes. */
  readonly maxBytes: number;
  /** @returns undefined for a file that it cannot render */
  render(file: Buffer, wish: RenderWish): Promise<Buffer | undefined>;
}
