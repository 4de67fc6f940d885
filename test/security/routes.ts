import { QUERIES, RETRIEVALS } from './dicomWebRoutes';
import { BASES, fhirRoutes } from './fhirRoutes';
import type { Names } from './names';
import type { Sent } from './wire';

/* THE TABLE of what can be asked that shows something of the archive. */

/** A route, and every request of it that names somebody. */
export interface Route {
  /** Its template, as the gateway has it, below its mount. */
  readonly route: string;
  /**
   * @param names whose study, series, instance and patient are asked for
   * @param others whose studies and series the parts of these names are looked for in, too
   */
  readonly requests: (names: Names, others: readonly Names[]) => readonly Sent[];
}

export const DICOMWEB: readonly Route[] = [...RETRIEVALS, ...QUERIES];

/** Every request of every route, at every FHIR endpoint. */
export function everyRequest(names: Names, others: readonly Names[]): Sent[] {
  const fhir = BASES.flatMap(fhirRoutes);
  return [...DICOMWEB, ...fhir].flatMap(({ requests }) => requests(names, others));
}

/** Every request of every route, at one FHIR endpoint. */
export function requestsOfR4(names: Names, others: readonly Names[]): Sent[] {
  const fhir = BASES.filter(({ path }) => path === '/fhir/r4').flatMap(fhirRoutes);
  return [...DICOMWEB, ...fhir].flatMap(({ requests }) => requests(names, others));
}

/** Requests without those that say the same as another one in other words. */
export function plainly(requests: readonly Sent[]): Sent[] {
  return requests.filter(
    ({ method = 'GET', target }) => method === 'GET' && !/_search|%3A(missing|not)=/.test(target),
  );
}
