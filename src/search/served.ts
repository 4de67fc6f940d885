import type { Condition, TextMatch } from '../study/query';
import { fold } from '../study/text';
import { ALL, NOTHING, type Asked, type Reader, type ServedResource } from './asked';
import { unknownSystem } from './codes';
import { MATCH_OF_MODIFIER } from './names';
import { readToken, unescaped } from './values';

/*
 * Parameters of the resources that the gateway has of its own. What is asked can be decided while it is
 * read, so a value becomes `all` or `nothing`, and a chain from a study to its Endpoint is a condition too.
 */

/** Which of the gateway's own resources a parameter is about. */
type Served = 'endpoint' | 'definition';

/** Makes the reader of `_id`. */
export function readServedId(of: Served): Reader {
  return (asked) => {
    const { code } = readToken(asked);
    return decided(served(asked, of)?.id === code);
  };
}

/** Makes the reader of an identifier: value, system|value, or |value. */
export function readServedIdentifier(of: Served): Reader {
  return (asked) => {
    const { system, code } = readToken(asked);
    const identifiers = served(asked, of)?.identifiers ?? [];
    return decided(
      identifiers.some(
        (own) => own.value === code && (system === undefined || system === (own.system ?? '')),
      ),
    );
  };
}

/** Makes the reader of a URI, which is compared to the letter (search page, "uri"). */
export function readServedUrl(of: Served): Reader {
  return (asked) => decided(served(asked, of)?.url === unescaped(asked.raw).trim());
}

/** Makes the reader of a name (search page, "string"): by default its start, case and accents aside. */
export function readServedName(of: Served): Reader {
  return (asked) => {
    const match = MATCH_OF_MODIFIER[asked.modifier ?? ''] ?? 'starts';
    const name = served(asked, of)?.name;
    return decided(name !== undefined && COMPARE[match](name, unescaped(asked.raw).trim()));
  };
}

const COMPARE: Readonly<Record<TextMatch, (name: string, text: string) => boolean>> = {
  starts: (name, text) => fold(name).startsWith(fold(text)),
  contains: (name, text) => fold(name).includes(fold(text)),
  exact: (name, text) => name === text,
};

/** Reads `connection-type`, by the systems of STU3 and of R4 and later. */
export const readConnectionType = readOwnCode('dicom-wado-rs', [
  'http://hl7.org/fhir/endpoint-connection-type',
  'http://terminology.hl7.org/CodeSystem/endpoint-connection-type',
]);

/** Reads `status` of an endpoint. */
export const readEndpointStatus = readOwnCode('active', ['http://hl7.org/fhir/endpoint-status']);

/** Makes the reader of a code that every Endpoint here has. */
function readOwnCode(own: string, systems: readonly string[]): Reader {
  return (asked) => {
    const { system, code } = readToken(asked);
    if (system !== undefined && !systems.includes(system)) return unknownSystem(asked, system);
    return decided(code === own && asked.context.endpoint !== undefined);
  };
}

function served(asked: Asked, of: Served): ServedResource | undefined {
  return asked.context[of];
}

function decided(matches: boolean): readonly Condition[] {
  return matches ? ALL : NOTHING;
}
