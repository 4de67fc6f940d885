import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { Problem } from '../errors';

/** Makes page links that only this gateway can make and read, each good for its own question. */
export interface LinkSigner {
  /** A cursor as it stands in a link: sealed together with the question. */
  sign(cursor: string, question: string): string;
  /**
   * The cursor out of a link.
   * @throws Problem `cursor-invalid` when it was made for another question, changed, or not made here
   */
  open(signed: string, question: string): string;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Cursors under AES-256-GCM with the question as associated data. A signature alone would not do: a cursor names
 * the rows that an archive told last, and those may be of studies that the caller may not see. The nonce is made of
 * the content by HMAC (as the synthetic IV of RFC 5297), so that the same page has the same links.
 *
 * @param key the secret; the same in every replica, or a page link of one fails at another
 */
export function createLinkSigner(key: string): LinkSigner {
  const derive = (purpose: string) => createHmac('sha256', key).update(purpose).digest();
  const cipherKey = derive('page links: cipher');
  const nonceKey = derive('page links: nonce');
  return {
    sign(cursor, question) {
      const content = `${cursor}\n${question}`;
      const nonce = createHmac('sha256', nonceKey)
        .update(content)
        .digest()
        .subarray(0, NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', cipherKey, nonce).setAAD(Buffer.from(question));
      const sealed = [nonce, cipher.update(cursor), cipher.final(), cipher.getAuthTag()];
      return Buffer.concat(sealed).toString('base64url');
    },
    open(signed, question) {
      const bytes = Buffer.from(signed, 'base64url');
      // base64url has more than one text for the same bytes: only ours is a link of ours.
      const ours = bytes.length > NONCE_BYTES + TAG_BYTES && bytes.toString('base64url') === signed;
      const cursor = ours ? decipher(cipherKey, bytes, question) : undefined;
      if (cursor !== undefined) return cursor;
      throw new Problem(
        'cursor-invalid',
        'This page link was made for another search, was changed, or is too old. Start again from the first page.',
      );
    },
  };
}

function decipher(key: Buffer, bytes: Buffer, question: string): string | undefined {
  const end = bytes.length - TAG_BYTES;
  const opening = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(question))
    .setAuthTag(bytes.subarray(end));
  const text = opening.update(bytes.subarray(NONCE_BYTES, end));
  try {
    return Buffer.concat([text, opening.final()]).toString();
  } catch {
    return undefined;
  }
}
