import type { Readable } from 'node:stream';

/** The bytes of a content as they are. */
export interface Bytes {
  /** Their number, where it is known before they are there. */
  readonly length?: number;
  readonly body: Readable;
}

/** A content whose type is known; its bytes are asked for when they are wanted. */
export interface Native {
  /** Media type, with a charset where it has one. */
  readonly contentType: string;
  open(): Promise<Bytes>;
}
