import type { RequestHandler } from 'express';
import { Problem } from '../errors';

/**
 * Refuses the methods that a path does not take (RFC 9110 15.5.6).
 *
 * @param allowed those it takes, as the Allow header lists them
 */
export function refuseMethod(allowed: string): RequestHandler {
  return refuse(allowed, '.');
}

/** The same where nobody can write, whatever the method: on the paths of FHIR and DICOMweb. */
export function refuseWriting(allowed: string): RequestHandler {
  return refuse(allowed, ': the gateway reads and never writes.');
}

function refuse(allowed: string, end: string): RequestHandler {
  return (request, response) => {
    response.set('Allow', allowed);
    const text = `${request.method} does not work here, only ${allowed}${end}`;
    throw new Problem('method-not-allowed', text);
  };
}
