import { isUid, type Moment } from '../../dicom/values';
import type { Members } from '../elements';
import { extension } from '../extensions';

/*
 * Primitive types as DSTU2 and later have them (datatypes.html of each release), from the model's values.
 */

/** The largest `unsignedInt` (datatypes.html: 31 bits). */
const MAX_UNSIGNED = 0x7fffffff;

/**
 * dateTime. Minutes without seconds are filled with `:00`, as the type demands seconds and FHIR lets them
 * be ignored. Without an offset, or with hours only, it is the date: the zone "SHALL be populated", and an
 * invented one moves the study. Fractions keep their milliseconds.
 */
export function dateTime(moment: Moment | undefined): string | undefined {
  const day = date(moment?.date);
  if (moment === undefined || day === undefined) return undefined;
  const { time, offset } = moment;
  if (offset === undefined || time === undefined || time.length < 5) return day;
  const clock = time.length === 5 ? `${time}:00` : time.slice(0, 'HH:MM:SS.fff'.length);
  return `${day}T${clock}${offset}`;
}

/** date; xs:date, which the type is made of, has no year 0000. */
export function date(day: string | undefined): string | undefined {
  return day?.startsWith('0000') ? undefined : day;
}

/** unsignedInt; DICOM's integer strings can be negative or larger, and then there is none. */
export function unsignedInt(value: number | undefined): number | undefined {
  if (value === undefined || !Number.isInteger(value)) return undefined;
  return value >= 0 && value <= MAX_UNSIGNED ? value : undefined;
}

/**
 * The `id` of a resource; undefined where the logical id in the URL breaks the type (64 characters), because
 * a client that checks would refuse the whole page for it.
 */
export function resourceId(id: string | undefined): string | undefined {
  return id !== undefined && /^[A-Za-z0-9.-]{1,64}$/.test(id) ? id : undefined;
}

/**
 * The members of a mandatory oid element `name`. A UID that breaks PS3.5 9.1 fails the type and goes into an
 * extension as it is; one that the archive did not tell is `absent`.
 */
export function oid(name: string, uid: string | undefined, absent: Members): Members {
  if (uid !== undefined && isUid(uid)) return { [name]: `urn:oid:${uid}` };
  const why = uid === undefined ? absent : extension('original-uid', { valueString: uid });
  return { [`_${name}`]: { extension: [why] } };
}
