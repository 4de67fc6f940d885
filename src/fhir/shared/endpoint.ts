import type { Study } from '../../study/model';
import type { Members } from '../elements';
import type { EndpointFacts, RenderContext } from '../releases';

/*
 * What the Endpoints of all releases have in common (STU3 and later).
 */

/** SMART Imaging Access 0.1.0: whether a client sends its access token to the address. */
const REQUIRES_TOKEN =
  'http://fhir.org/argonaut/smart-imaging/StructureDefinition/requires-access-token';

/** The extensions of an Endpoint. */
export function endpointExtensions({ requiresToken }: EndpointFacts): Members[] {
  return requiresToken === undefined ? [] : [{ url: REQUIRES_TOKEN, valueBoolean: requiresToken }];
}

/**
 * The Endpoint of a study, and whether the study contains it: by setting, or because the address is for this study
 * and this caller alone, which nobody else can be referred to.
 */
export function endpointOf(
  study: Study,
  { endpoint, endpointAs, addressOf }: RenderContext,
): { readonly facts: EndpointFacts; readonly contained: boolean } {
  const own = addressOf?.(study);
  if (own === undefined) return { facts: endpoint, contained: endpointAs === 'contained' };
  return { facts: { ...endpoint, address: own }, contained: true };
}
