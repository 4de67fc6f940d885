import type { PersonName } from '../../dicom/names';
import { isUid, type Moment } from '../../dicom/values';
import { issuerName } from '../../study/identity';
import type { IdentifierOf } from '../../study/issuers';
import type { Code, IssuedId } from '../../study/model';
import { codingSystem } from '../codingSchemes';
import { code, type Members } from '../elements';
import { absent, extension } from '../extensions';
import { groupText, REPRESENTATION_URL, writtenNames, type WrittenName } from '../names';
import type { RenderContext } from '../releases';

/*
 * DSTU1's data types (datatypes.html of 0.0.82) from the model's values. Functions that take an element's
 * name give the members to spread: the value, or the `_name` sibling that says why there is none.
 */

/** The URI by which DSTU1 calls DICOM's own code system. */
const DCM = 'http://nema.org/dicom/dicm';

/** The largest `integer` (datatypes.html: 32 bits, signed). */
const MAX_INTEGER = 0x7fffffff;

/** Identifier: `label` says what it is, because DSTU1 has no `type`. */
export function identifier(
  id: IssuedId,
  label: string,
  context: RenderContext,
  of: IdentifierOf = 'other',
): Members {
  return {
    label,
    system: context.identifierSystem(id.issuer, of),
    value: id.value,
    assigner: { display: issuerName(id.issuer) },
  };
}

/** Coding; a private coding scheme has no URI and is named in an extension. */
export function coding(concept: Code): Members {
  const system = codingSystem(concept.scheme, DCM);
  const unknown = system === undefined && concept.scheme !== undefined;
  return {
    extension: unknown ? [extension('coding-scheme', { valueString: concept.scheme })] : [],
    system,
    version: concept.version,
    code: code(concept.value),
    display: concept.meaning,
  };
}

/**
 * dateTime. Minutes without seconds are filled with `:00`, as the type demands seconds and FHIR lets them
 * be ignored. Without an offset, or with hours only, it is the date: the zone "SHALL be populated", and an
 * invented one moves the study. Fractions keep their milliseconds.
 */
export function dateTime(moment: Moment | undefined): string | undefined {
  // xs:date, which DSTU1's type is made of, has no year 0000.
  if (moment === undefined || moment.date.startsWith('0000')) return undefined;
  const { date, time, offset } = moment;
  if (offset === undefined || time === undefined || time.length < 5) return date;
  const clock = time.length === 5 ? `${time}:00` : time.slice(0, 'HH:MM:SS.fff'.length);
  return `${date}T${clock}${offset}`;
}

/** An oid element; a UID that breaks PS3.5 9.1 fails the type and goes into an extension as it is. */
export function oid(name: string, uid: string | undefined): Members {
  if (uid === undefined) return missing(name);
  if (isUid(uid)) return { [name]: `urn:oid:${uid}` };
  return { [`_${name}`]: { extension: [extension('original-uid', { valueString: uid })] } };
}

/** A mandatory count; no number is invented for one that is unknown or beyond a 32-bit integer. */
export function count(name: string, value: number | undefined): Members {
  return value === undefined || value > MAX_INTEGER ? missing(name) : { [name]: value };
}

/** A mandatory primitive that the archive did not tell. */
export function missing(name: string): Members {
  return { [`_${name}`]: { extension: [absent()] } };
}

/** The groups of a DICOM name as HumanNames, alphabetic first. */
export function humanNames(name: PersonName): Members[] {
  return writtenNames(name).map(humanName);
}

function humanName({ representation, group }: WrittenName): Members {
  const alphabetic = representation === 'ABC';
  return {
    extension: alphabetic ? [] : [{ url: REPRESENTATION_URL, valueCode: representation }],
    text: groupText(group, !alphabetic),
    family: [group.family],
    given: [group.given, group.middle],
    prefix: [group.prefix],
    suffix: [group.suffix],
  };
}
