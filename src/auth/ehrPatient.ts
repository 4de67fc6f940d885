import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { Problem } from '../errors';
import { askJson, unavailable, type AnswerLimits } from './answers';
import type { PatientIdentifier } from './configured';

/** How the identifiers of a patient are read on the EHR's FHIR server. */
export interface EhrSettings extends AnswerLimits {
  /** Base of the FHIR server. */
  readonly url: string;
  /** The gateway's own bearer token there. */
  readonly token?: string | undefined;
  /** Sends the caller's token instead. */
  readonly forwardToken: boolean;
  /** Systems of the identifiers that are Patient IDs of the archive; empty: those of a type. */
  readonly mrnSystems: readonly string[];
  /** Code of HL7 table 0203 of such identifiers, where no systems are given. */
  readonly mrnType: string;
  /** How long identifiers are believed. */
  readonly cacheMs: number;
}

/** HL7 table 0203 as the releases name it: R4 and later, STU3 and DSTU2, and by its OID. */
const TYPE_SYSTEMS = [
  'http://terminology.hl7.org/CodeSystem/v2-0203',
  'http://hl7.org/fhir/v2/0203',
  'http://hl7.org/fhir/identifier-type',
  'urn:oid:2.16.840.1.113883.18.108',
];

const coding = z.looseObject({ system: z.string().optional(), code: z.string().optional() });
const PATIENT = z.looseObject({
  resourceType: z.literal('Patient'),
  id: z.string(),
  identifier: z
    .array(
      z.looseObject({
        use: z.string().optional(),
        system: z.string().optional(),
        value: z.string().optional(),
        type: z.looseObject({ coding: z.array(coding).default([]) }).optional(),
      }),
    )
    .default([]),
});
type Identifier = z.output<typeof PATIENT>['identifier'][number];

const SERVER = 'EHR';
/** Patients whose identifiers are remembered. */
const REMEMBERED = 10_000;

/**
 * Reads the identifiers of a patient that the archive may know, from the EHR's Patient.
 *
 * @returns a function of the patient's id at the EHR and the caller's token; no identifiers for a patient that
 *   the EHR does not know
 * @throws Problem `auth-unavailable` when the EHR fails, `forbidden` when it refuses the caller's token
 */
export function createEhrPatients(
  settings: EhrSettings,
): (id: string, token: string) => Promise<readonly PatientIdentifier[]> {
  const known = new LRUCache<string, readonly PatientIdentifier[], string>({
    max: REMEMBERED,
    ttl: settings.cacheMs,
    ignoreFetchAbort: true,
    fetchMethod: (id, _stale, { context: token }) => readIdentifiers(id, token, settings),
  });
  return async (id, token) => (await known.fetch(id, { context: token })) ?? [];
}

async function readIdentifiers(
  id: string,
  callerToken: string,
  settings: EhrSettings,
): Promise<readonly PatientIdentifier[]> {
  const token = settings.forwardToken ? callerToken : settings.token;
  const headers = {
    Accept: 'application/fhir+json',
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
  };
  const url = `${settings.url}/Patient/${encodeURIComponent(id)}`;
  const { status, json } = await askJson(SERVER, url, { headers }, settings);
  if (status === 404 || status === 410) return [];
  if ((status === 401 || status === 403) && settings.forwardToken) {
    throw new Problem('forbidden', 'The EHR does not let this access token read its own patient.');
  }
  const read = PATIENT.safeParse(json);
  // A server that answers with another patient than asked must not decide whose studies are seen.
  if (status !== 200 || !read.success || read.data.id !== id) {
    throw unavailable(SERVER, 'does not give the patient');
  }
  return read.data.identifier.flatMap((one) => toPatientIdentifier(one, settings));
}

/** One that is marked as old may be another patient's by now. */
function toPatientIdentifier(one: Identifier, settings: EhrSettings): PatientIdentifier[] {
  const { system, value, use } = one;
  if (system === undefined || value === undefined || use === 'old') return [];
  const { mrnSystems, mrnType } = settings;
  const wanted = mrnSystems.length > 0 ? mrnSystems.includes(system) : isOfType(one, mrnType);
  return wanted ? [{ system, value }] : [];
}

function isOfType({ type }: Identifier, wanted: string): boolean {
  return (type?.coding ?? []).some(
    ({ system, code }) => code === wanted && TYPE_SYSTEMS.includes(system ?? ''),
  );
}
