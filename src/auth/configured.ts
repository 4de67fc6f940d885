import { z } from 'zod';
import { CALLER_KINDS } from './access';

/*
 * What the settings of authorisation may hold, as the table of settings reads them.
 */

/**
 * Signatures that a token may have. Only those whose key the gateway cannot sign with: with HS256 whoever can
 * check a token can also make one, and `none` is no signature (RFC 8725 3.1).
 */
export const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** What each caller may take where callers are told apart by their tokens, unless the settings say otherwise. */
export const LIMITS_OF_CALLERS = { searchesPerMinute: 600, streams: 16 } as const;

/** Where it is known from which patient of the archive a token's patient is. */
export const PATIENT_BINDINGS = ['gateway-id', 'map', 'fhir'] as const;
export type PatientBinding = (typeof PATIENT_BINDINGS)[number];

const text = z.string().trim().min(1);
const texts = z.array(text).min(1).readonly();

/** An identifier as FHIR has it, and as a map of patients names one. */
const patientIdentifier = z.strictObject({ system: text, value: text }).readonly();
export type PatientIdentifier = z.output<typeof patientIdentifier>;

/** The identifiers of each patient that tokens name. */
export const patientMap = z.record(text, z.array(patientIdentifier).min(1).readonly());
export type PatientMap = z.output<typeof patientMap>;

const allow = z.array(z.enum(CALLER_KINDS)).readonly().default([]);

/** The attributes that a rule may go by, and the condition of a study that each of them is. */
export const RULE_ATTRIBUTES = {
  ConfidentialityCode: 'confidentiality',
  RetrieveAETitle: 'aeTitles',
  InstitutionName: 'institution',
  InstitutionalDepartmentName: 'department',
} as const;
const attributes = Object.keys(RULE_ATTRIBUTES) as [keyof typeof RULE_ATTRIBUTES];

/**
 * A rule about studies that not everybody may see: those of a list, or those of which an attribute has one of
 * some values; `allow` are the classes of callers that see them all the same.
 */
export const restriction = z.union([
  z.strictObject({ studies: texts, allow }).readonly(),
  z
    .strictObject({
      attribute: z.enum(attributes),
      values: texts,
      /**
       * Studies of which the archive does not tell the attribute: hidden, because it would be a rule that does
       * nothing and that nobody misses; `show` for an archive that leaves empty attributes out.
       */
      untold: z.enum(['hide', 'show']).default('hide'),
      allow,
    })
    .readonly(),
]);
export type Restriction = z.output<typeof restriction>;
