/** What the thread is asked for. */
export interface Job {
  /** A DICOM file (PS3.10). */
  readonly file: Uint8Array;
  /** Counted from 1. */
  readonly frame: number;
  readonly type: 'image/jpeg' | 'image/png';
  /** Largest width and height in pixels; the image keeps its proportions. */
  readonly viewport?: readonly [width: number, height: number];
  /** Window centre and width. */
  readonly window?: readonly [center: number, width: number];
}

/** What it answers: the encoded image, or undefined for a file that it cannot render. */
export type Rendered = Uint8Array | undefined;

/** Pixels, four bytes each: red, green, blue and opacity. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}
