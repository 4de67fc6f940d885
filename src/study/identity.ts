import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  timingSafeEqual,
} from 'node:crypto';
import { fromBase62, toBase62 } from './base62';
import type { Issuer, Patient, StudyHeader } from './model';

/*
 * Logical ids. They are made from DICOM identifiers and turned back into them without a table, so that
 * every replica of the gateway answers every id.
 */

/** A patient as an id names one: Patient ID and the issuer's name, where there is one. */
export interface PatientKey {
  readonly value: string;
  readonly issuer?: string;
}

/** Makes and reads the logical ids of patients. */
export interface PatientIds {
  /** The id of a patient, or undefined for a patient without Patient ID. */
  encode(patient: Patient): string | undefined;
  /** The patient that an id names, or undefined when no id of this gateway reads like that. */
  decode(id: string): PatientKey | undefined;
}

/** What a study id says: the UID, and the patient's mark where one UID has several patients. */
export interface StudyKey {
  readonly uid: string;
  readonly patientMark?: string;
}

const PLAIN_ID = /^[A-Za-z0-9.-]+$/;
const MARKED = /^(.+)-p([0-9a-f]{12})$/;
const PACKED = /^n-([0-9A-Za-z]+)$/;
/** The longest `id` (datatypes.html of DSTU2 and later). */
const MAX_ID = 64;

/**
 * The logical id of a study: its Study Instance UID. Where the archive holds the UID under two patients,
 * a mark of the patient follows. A UID with characters no FHIR id has, or that would be read as an id of
 * another form, is written as `x-` and its UTF-8 bytes in hexadecimal; one that leaves no room for the mark, as
 * `n-` and its digits packed.
 */
export function studyId(study: StudyHeader): string {
  const id = uidId(study.uid);
  if (!study.shared) return id;
  const mark = `-p${patientMark(study.patient)}`;
  const packed = id.length + mark.length > MAX_ID ? packUid(study.uid) : undefined;
  return (packed ?? id) + mark;
}

/** The logical id of what is named by a UID alone, escaped as {@link studyId} has it. */
export function uidId(uid: string): string {
  return isPlainId(uid) ? uid : `x-${Buffer.from(uid).toString('hex')}`;
}

/** Reads a logical id made by {@link studyId}. */
export function readStudyId(id: string): StudyKey {
  const marked = MARKED.exec(id);
  const uid = readUid(marked?.[1] ?? id);
  return marked?.[2] === undefined ? { uid } : { uid, patientMark: marked[2] };
}

/**
 * What tells two patients of an archive apart: issuer and Patient ID; without a Patient ID, the name and
 * birth date, so that two nameless rows of one study stay together and two named ones do not.
 */
export function patientKey(patient: Patient): string {
  const identity =
    patient.id === undefined
      ? ['', patient.name?.alphabetic?.text ?? '', patient.birthDate ?? '']
      : [issuerName(patient.issuer) ?? '', patient.id];
  return JSON.stringify(identity);
}

/** Twelve hexadecimal digits that stand for a patient in the id of a shared study. */
export function patientMark(patient: Patient): string {
  // Asked several times of each of thousands of rows, to sort them and to name their places.
  const known = marks.get(patient);
  if (known !== undefined) return known;
  const mark = createHash('sha256').update(patientKey(patient)).digest('hex').slice(0, 12);
  marks.set(patient, mark);
  return mark;
}

const marks = new WeakMap<Patient, string>();

/** The one name of an issuer: its local name, else its universal id. */
export function issuerName(issuer: Issuer | undefined): string | undefined {
  return issuer?.name ?? issuer?.universalId;
}

/**
 * Patient ids that anybody can read: `ISSUER.PATIENTID`, every character but letters and digits as `-` and
 * the two hexadecimal digits of each UTF-8 byte. The first dot is the only one, so no two patients share
 * an id.
 */
export const readablePatientIds: PatientIds = {
  encode: (patient) =>
    patient.id === undefined
      ? undefined
      : `${escapePart(issuerName(patient.issuer) ?? '')}.${escapePart(patient.id)}`,
  decode(id) {
    const parts = id.split('.');
    const [issuer, value] = parts.map(unescapePart);
    if (parts.length !== 2 || !value || issuer === undefined) return undefined;
    return issuer === '' ? { value } : { value, issuer };
  },
};

/**
 * Patient ids that tell nothing to whoever lacks the key: issuer and Patient ID under deterministic
 * authenticated encryption (the synthetic-IV construction of RFC 5297, with HMAC-SHA-256 and AES-256-CTR), in
 * base 62, so that 29 bytes of both still make an id that FHIR takes. The same patient has the same id in every
 * replica with the same key.
 *
 * @param key the secret, any length; 32 random bytes or more are wanted
 */
export function opaquePatientIds(key: string): PatientIds {
  const macKey = createHmac('sha256', key).update('patient-id mac').digest();
  const cipherKey = createHmac('sha256', key).update('patient-id cipher').digest();
  const syntheticIv = (text: Buffer) =>
    createHmac('sha256', macKey).update(text).digest().subarray(0, IV_BYTES);
  return {
    encode(patient) {
      if (patient.id === undefined) return undefined;
      const plain = joinKey({ value: patient.id, issuer: issuerName(patient.issuer) ?? '' });
      const iv = syntheticIv(plain);
      const cipher = createCipheriv('aes-256-ctr', cipherKey, iv);
      return toBase62(Buffer.concat([iv, cipher.update(plain), cipher.final()]));
    },
    decode(id) {
      const bytes = fromBase62(id);
      if (bytes === undefined || bytes.length <= IV_BYTES) return undefined;
      const iv = bytes.subarray(0, IV_BYTES);
      const decipher = createDecipheriv('aes-256-ctr', cipherKey, iv);
      const plain = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES)), decipher.final()]);
      if (!timingSafeEqual(syntheticIv(plain), iv)) return undefined;
      return splitKey(plain);
    },
  };
}

/** Issuer and Patient ID, the length of the issuer before them, so that no two pairs read alike. */
function joinKey({ value, issuer = '' }: PatientKey): Buffer {
  const name = Buffer.from(issuer);
  return Buffer.concat([
    Buffer.from([name.length >> 8, name.length & 0xff]),
    name,
    Buffer.from(value),
  ]);
}

function splitKey(plain: Buffer): PatientKey {
  const end = 2 + plain.readUInt16BE(0);
  const value = plain.subarray(end).toString();
  return end === 2 ? { value } : { value, issuer: plain.subarray(2, end).toString() };
}

const IV_BYTES = 16;

function isPlainId(uid: string): boolean {
  return PLAIN_ID.test(uid) && !MARKED.test(uid) && readUid(uid) === uid;
}

/** The UID in a logical id made by {@link uidId}. */
export function readUid(id: string): string {
  const packed = PACKED.exec(id)?.[1];
  if (packed !== undefined) return unpackUid(packed) ?? id;
  return /^x-([0-9a-f]{2})+$/.test(id) ? Buffer.from(id.slice(2), 'hex').toString() : id;
}

/** A UID of digits and dots, two characters a byte (`a` is the dot, `f` fills), in base 62. */
function packUid(uid: string): string | undefined {
  if (!/^[0-9.]+$/.test(uid)) return undefined;
  const nibbles = uid.replaceAll('.', 'a');
  return `n-${toBase62(Buffer.from(nibbles.length % 2 === 0 ? nibbles : `${nibbles}f`, 'hex'))}`;
}

function unpackUid(packed: string): string | undefined {
  const nibbles = fromBase62(packed)?.toString('hex') ?? '';
  const [, uid] = /^([0-9a]+)f?$/.exec(nibbles) ?? [];
  return uid?.replaceAll('a', '.');
}

function escapePart(text: string): string {
  return Array.from(Buffer.from(text), (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9]/.test(character) ? character : `-${byte.toString(16).padStart(2, '0')}`;
  }).join('');
}

/** The text of an escaped part, or undefined when it is not exactly what {@link escapePart} writes. */
function unescapePart(part: string): string | undefined {
  if (!/^([A-Za-z0-9]|-[0-9a-f]{2})*$/.test(part)) return undefined;
  const bytes = part.replace(/-(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const text = Buffer.from(bytes, 'latin1').toString();
  return escapePart(text) === part ? text : undefined;
}
