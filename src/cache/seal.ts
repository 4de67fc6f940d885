import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw, inflateRawSync } from 'node:zlib';

/*
 * What leaves the process for a shared cache: compressed, and encrypted, because it is of patients and the cache
 * may write it to disk.
 */

/** Names and contents of what is kept outside the process. */
export interface Sealer {
  /** Names of a thing, which tell nothing of it: one for each key, that of the key that seals first. */
  names(kind: string, text: string): readonly string[];
  /** Bytes for a text that are good under this name only: another study's value under it opens nothing. */
  seal(name: string, content: string): Promise<Buffer>;
  /** The text; undefined for what is not ours, is of another form or another name, or was changed. */
  open(name: string, bytes: Buffer): Promise<string | undefined>;
}

/** One byte: the form of all that follows. */
const FORM = 1;
const [PLAIN, DEFLATED] = [0, 1];
const ID_BYTES = 4;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 2 + ID_BYTES + SALT_BYTES + NONCE_BYTES + TAG_BYTES;
/** Texts below are not worth compressing. */
const COMPRESSED_FROM = 1024;
/** Bytes below are decompressed at once: that takes less time than to hand them to another thread. */
const AT_ONCE_BELOW = 16_384;
/** Fast: at higher levels the time costs more than the bytes save. */
const LEVEL = 1;

const deflate = promisify<Buffer, object, Buffer>(deflateRaw);
const inflate = promisify<Buffer, object, Buffer>(inflateRaw);

interface Keys {
  readonly id: Buffer;
  readonly cipher: Buffer;
  readonly name: Buffer;
}

/**
 * Seals by AES-256-GCM. Each value has a key of its own, made of the secret and a random salt: one key with
 * random nonces is good for 2^32 values only (NIST SP 800-38D 8.3), which busy replicas write within months.
 *
 * @param secrets the first seals and names, all of them open
 * @param maxBytes bytes that a value may have when it is opened and decompressed
 */
export function createSealer(secrets: readonly string[], maxBytes: number): Sealer {
  const known = secrets.map(deriveKeys);
  const [first] = known;
  if (first === undefined) throw new Error('a shared cache needs a key');
  return {
    names: (kind, text) =>
      known.map(({ name }) => {
        const mark = createHmac('sha256', name).update(`${kind} ${text}`).digest();
        return `${kind}:${mark.subarray(0, 18).toString('base64url')}`;
      }),
    async seal(name, content) {
      const bytes = Buffer.from(content);
      if (bytes.length < COMPRESSED_FROM) return encrypt(first, name, PLAIN, bytes);
      return encrypt(first, name, DEFLATED, await deflate(bytes, { level: LEVEL }));
    },
    async open(name, bytes) {
      const opened = decrypt(known, name, bytes);
      if (opened === undefined || bytes[1] === PLAIN) return opened?.toString();
      try {
        const bounded = { maxOutputLength: maxBytes };
        const small = opened.length < AT_ONCE_BELOW;
        return String(small ? inflateRawSync(opened, bounded) : await inflate(opened, bounded));
      } catch {
        return undefined;
      }
    },
  };
}

function deriveKeys(secret: string): Keys {
  const derive = (use: string) => createHmac('sha256', secret).update(`cache ${use}`).digest();
  return {
    id: derive('id').subarray(0, ID_BYTES),
    cipher: derive('cipher'),
    name: derive('name'),
  };
}

function encrypt({ id, cipher }: Keys, name: string, packing: number, content: Buffer): Buffer {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const encryption = createCipheriv('aes-256-gcm', keyOfValue(cipher, salt), nonce);
  const form = Buffer.from([FORM, packing]);
  encryption.setAAD(Buffer.concat([form, Buffer.from(name)]));
  const sealed = [encryption.update(content), encryption.final()];
  return Buffer.concat([form, id, salt, nonce, encryption.getAuthTag(), ...sealed]);
}

function decrypt(known: readonly Keys[], name: string, bytes: Buffer): Buffer | undefined {
  const parts = split(bytes);
  const keys = parts && known.find(({ id }) => id.equals(parts.id));
  if (parts === undefined || keys === undefined || parts.form[0] !== FORM) return undefined;
  const key = keyOfValue(keys.cipher, parts.salt);
  const decryption = createDecipheriv('aes-256-gcm', key, parts.nonce, {
    authTagLength: TAG_BYTES,
  });
  decryption.setAAD(Buffer.concat([parts.form, Buffer.from(name)]));
  decryption.setAuthTag(parts.tag);
  try {
    return Buffer.concat([decryption.update(parts.sealed), decryption.final()]);
  } catch {
    return undefined;
  }
}

function keyOfValue(cipher: Buffer, salt: Buffer): Buffer {
  return createHmac('sha256', cipher).update(salt).digest();
}

function split(bytes: Buffer) {
  if (bytes.length < HEAD_BYTES) return undefined;
  let at = 0;
  const take = (length: number) => bytes.subarray(at, (at += length));
  return {
    form: take(2),
    id: take(ID_BYTES),
    salt: take(SALT_BYTES),
    nonce: take(NONCE_BYTES),
    tag: take(TAG_BYTES),
    sealed: take(bytes.length),
  };
}
