import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  timingSafeEqual,
} from 'node:crypto';
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

/**
 * The logical id of a study: its Study Instance UID. Where the archive holds the UID under two patients,
 * a mark of the patient follows. A UID with characters no FHIR id has, or that would be read as an id of
 * another form, is written as `x-` and its UTF-8 bytes in hexadecimal.
 */
export function studyId(study: StudyHeader): string {
  const id = isPlainId(study.uid) ? study.uid : `x-${Buffer.from(study.uid).toString('hex')}`;
  return study.shared ? `${id}-p${patientMark(study.patient)}` : id;
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
  return createHash('sha256').update(patientKey(patient)).digest('hex').slice(0, 12);
}

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
 * Patient ids that tell nothing to whoever lacks the key: the readable id under deterministic
 * authenticated encryption (the synthetic-IV construction of RFC 5297, with HMAC-SHA-256 and AES-256-CTR).
 * The same patient has the same id in every replica with the same key.
 *
 * @param key the secret, any length; 32 random bytes or more are wanted
 */
export function opaquePatientIds(key: string): PatientIds {
  const macKey = createHmac('sha256', key).update('patient-id mac').digest();
  const cipherKey = createHmac('sha256', key).update('patient-id cipher').digest();
  const syntheticIv = (text: Buffer) =>
    createHmac('sha256', macKey).update(text).digest().subarray(0, 16);
  return {
    encode(patient) {
      const plain = readablePatientIds.encode(patient);
      if (plain === undefined) return undefined;
      const iv = syntheticIv(Buffer.from(plain));
      const cipher = createCipheriv('aes-256-ctr', cipherKey, iv);
      return Buffer.concat([iv, cipher.update(plain), cipher.final()]).toString('hex');
    },
    decode(id) {
      if (!/^([0-9a-f]{2}){18,}$/.test(id)) return undefined;
      const bytes = Buffer.from(id, 'hex');
      const iv = bytes.subarray(0, 16);
      const decipher = createDecipheriv('aes-256-ctr', cipherKey, iv);
      const plain = Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]);
      if (!timingSafeEqual(syntheticIv(plain), iv)) return undefined;
      return readablePatientIds.decode(plain.toString());
    },
  };
}

function isPlainId(uid: string): boolean {
  return PLAIN_ID.test(uid) && !MARKED.test(uid) && readUid(uid) === uid;
}

function readUid(id: string): string {
  return /^x-([0-9a-f]{2})+$/.test(id) ? Buffer.from(id.slice(2), 'hex').toString() : id;
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
