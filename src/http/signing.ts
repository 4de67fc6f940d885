import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '../errors';

/** Makes page links that only this gateway can make, each good for its own question. */
export interface LinkSigner {
  /** A cursor as it stands in a link: with a signature over it and the question. */
  sign(cursor: string, question: string): string;
  /**
   * The cursor out of a link.
   * @throws Problem `cursor-invalid` when it was made for another question, changed, or not made here
   */
  open(signed: string, question: string): string;
}

/** @param key the secret; the same in every replica, or a page link of one fails at another */
export function createLinkSigner(key: string): LinkSigner {
  const sign = (cursor: string, question: string) => {
    const mac = createHmac('sha256', key).update(`${cursor}\n${question}`).digest();
    return `${cursor}.${mac.subarray(0, 12).toString('base64url')}`;
  };
  return {
    sign,
    open(signed, question) {
      const cursor = signed.slice(0, Math.max(0, signed.lastIndexOf('.')));
      // Texts are compared, not the bytes they stand for: base64url has more than one text for them.
      const given = Buffer.from(signed);
      const wanted = Buffer.from(sign(cursor, question));
      if (given.length === wanted.length && timingSafeEqual(given, wanted)) return cursor;
      throw new Problem(
        'cursor-invalid',
        'This page link was made for another search, was changed, or is too old. Start again from the first page.',
      );
    },
  };
}
