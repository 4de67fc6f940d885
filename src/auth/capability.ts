import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { z } from 'zod';
import { Problem } from '../errors';
import type { Clause } from '../study/query';
import type { Access } from './access';
import { challenge } from './challenge';

/*
 * Capability URLs (SMART Imaging Access): an Endpoint whose address opens one study to one caller, for a while.
 */

/** What a capability opens, and to whom. */
export interface Capability {
  readonly study: string;
  /** The mark of the study's patient: a study that moves to another patient is no longer the one that was given. */
  readonly patientMark?: string;
  readonly callerKey: string;
}

/** Makes and reads capabilities. */
export interface Capabilities {
  /**
   * A text for the path of a URL. It tells nothing of the study or the caller, and is the same for some time, so
   * that what holds it has the same version.
   *
   * @param now milliseconds since 1970
   */
  seal(capability: Capability, now: number): string;
  /** What a text opens; undefined for one that is not ours, was changed or has expired. */
  open(text: string, now: number): Capability | undefined;
}

export interface CapabilitySettings {
  /** Secrets: the first seals, all of them open, so that a new one can be put in front. Read at each use. */
  readonly keys: readonly string[];
  /** How long a capability opens at most, in milliseconds. */
  readonly ttlMs: number;
}

const ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORM = /^[\w-]{60,1024}$/;
/** Milliseconds since 1970, study, caller, and the patient's mark or nothing. */
const CONTENT = z.tuple([z.number(), z.string(), z.string(), z.string()]);
/** Parts of its life in which a capability is the same text. */
const STEPS = 4;

/**
 * Capabilities under AES-256-GCM. The nonce is made of the content by HMAC (as the synthetic IV of RFC 5297), so
 * that the same capability is the same text and no nonce ever serves two contents.
 */
export function createCapabilities(settings: CapabilitySettings): Capabilities {
  const { ttlMs } = settings;
  let derived = deriveAll(settings.keys);
  const known = () => {
    if (derived.of !== settings.keys) derived = deriveAll(settings.keys);
    return derived;
  };
  const step = Math.max(1, Math.floor(ttlMs / STEPS));
  return {
    seal({ study, callerKey, patientMark = '' }, now) {
      const expires = Math.floor((now + ttlMs) / step) * step;
      return encrypt(known().first, JSON.stringify([expires, study, callerKey, patientMark]));
    },
    open(text, now) {
      const content = FORM.test(text)
        ? decrypt(known().all, Buffer.from(text, 'base64url'))
        : undefined;
      return content === undefined ? undefined : readContent(content, now);
    },
  };
}

interface Keys {
  readonly id: Buffer;
  readonly cipher: Buffer;
  readonly nonce: Buffer;
}

/** @throws Error without a key: the settings are refused then */
function deriveAll(secrets: readonly string[]) {
  const all = secrets.map(deriveKeys);
  const [first] = all;
  if (first === undefined) throw new Error('capabilities need a key');
  return { of: secrets, first, all };
}

function deriveKeys(secret: string): Keys {
  const derive = (use: string) => createHmac('sha256', secret).update(`capability ${use}`).digest();
  return {
    id: derive('id').subarray(0, ID_BYTES),
    cipher: derive('cipher'),
    nonce: derive('nonce'),
  };
}

function encrypt({ id, cipher, nonce }: Keys, content: string): string {
  const iv = createHmac('sha256', nonce).update(content).digest().subarray(0, NONCE_BYTES);
  const encryption = createCipheriv('aes-256-gcm', cipher, iv);
  const sealed = Buffer.concat([encryption.update(content), encryption.final()]);
  return Buffer.concat([id, iv, encryption.getAuthTag(), sealed]).toString('base64url');
}

function decrypt(known: readonly Keys[], bytes: Buffer): string | undefined {
  const keys = known.find(({ id }) => id.equals(bytes.subarray(0, ID_BYTES)));
  if (keys === undefined) return undefined;
  const iv = bytes.subarray(ID_BYTES, ID_BYTES + NONCE_BYTES);
  const sealed = bytes.subarray(ID_BYTES + NONCE_BYTES + TAG_BYTES);
  const decryption = createDecipheriv('aes-256-gcm', keys.cipher, iv, { authTagLength: TAG_BYTES });
  decryption.setAuthTag(bytes.subarray(ID_BYTES + NONCE_BYTES, ID_BYTES + NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decryption.update(sealed), decryption.final()]).toString();
  } catch {
    return undefined;
  }
}

/** Reads what only {@link createCapabilities} can have written. */
function readContent(content: string, now: number): Capability | undefined {
  const [expires, study, callerKey, patientMark] = CONTENT.parse(JSON.parse(content));
  if (now >= expires) return undefined;
  return { study, callerKey, ...(patientMark !== '' && { patientMark }) };
}

/**
 * The same access, to the capability's study only. What the caller may not see, a capability does not open.
 *
 * @throws Problem `forbidden` for a capability that another caller was given
 */
export function narrowToCapability(access: Access, capability: Capability): Access {
  if (access.caller.key !== capability.callerKey) {
    const text = 'This address was given to another caller. Read the study’s Endpoint again.';
    const hint = challenge('insufficient_scope', 'the address was given to another caller');
    throw new Problem('forbidden', text, { challenge: hint });
  }
  return { ...access, clauses: [...access.clauses, clauseOf(capability)] };
}

/**
 * The access of whoever holds a capability, where no token is asked for. The link may have come to anybody, so
 * that the rules for patients' callers hold, whoever it was made for.
 *
 * @param rules what no caller of the class `patient` may see
 */
export function accessOfCapability(capability: Capability, rules: readonly Clause[]): Access {
  return {
    caller: { key: capability.callerKey, kind: 'patient' },
    clauses: [...rules, clauseOf(capability)],
    // Viewers ask for the series of the study before its images, by QIDO-RS at the same root.
    may: (type) => type === 'ImagingStudy',
  };
}

function clauseOf({ study, patientMark }: Capability): Clause {
  if (patientMark === undefined) return [{ on: 'study', uid: study }];
  return [{ on: 'id', uid: study, patientMark }];
}
