import type { ImagingRequest, Study } from '../../study/model';
import type { Members } from '../elements';
import type { RenderContext } from '../releases';
import { coding, identifier } from '../shared/datatypes';
import { concept, DCM, ID_TYPES } from './datatypes';

/** What all requests of a study share: whom they are for, and who signed them. */
export interface RequestParties {
  readonly subject: Members;
  readonly requester?: Members;
}

/**
 * The contained ServiceRequests (servicerequest.html of 4.0.1) of a study's requests. Their state is unknown:
 * DICOM does not tell it.
 */
export function requestsOf(
  requests: readonly ImagingRequest[],
  parties: RequestParties,
  context: RenderContext,
): Members[] {
  return requests.map((request, i) => ({
    resourceType: 'ServiceRequest',
    id: requestId(i),
    identifier: requestIdentifiers(request, context),
    status: 'unknown',
    intent: 'order',
    code: requestCode(request),
    subject: parties.subject,
    requester: parties.requester,
    reasonCode: request.reason ? [{ text: request.reason }] : [],
  }));
}

/**
 * ImagingStudy.basedOn: the contained requests, each with its accession number as identifier for who searches
 * `basedon:identifier`. The study's own accession number is an order of which nothing else is known, unless a
 * request has it.
 */
export function basedOn(study: Study, context: RenderContext): Members[] {
  const contained = study.requests.map((request, i) => ({
    reference: `#${requestId(i)}`,
    type: 'ServiceRequest',
    identifier: request.accession && identifier(request.accession, ID_TYPES.accession, context),
    display: request.description ?? request.codes[0]?.meaning,
  }));
  const { accession } = study;
  const told = study.requests.some((request) => request.accession?.value === accession?.value);
  if (accession === undefined || told) return contained;
  const order = {
    type: 'ServiceRequest',
    identifier: identifier(accession, ID_TYPES.accession, context),
  };
  return [...contained, order];
}

/** What was asked for, as a CodeableConcept. */
export function requestCode(request: ImagingRequest): Members {
  const [only, ...more] = request.codes;
  if (only !== undefined && more.length === 0 && request.description === undefined) {
    return concept(only);
  }
  return { coding: request.codes.map((code) => coding(code, DCM)), text: request.description };
}

/** The identifiers of a request: placer, filler, accession number and Requested Procedure ID. */
export function requestIdentifiers(request: ImagingRequest, context: RenderContext): Members[] {
  const { placerNumber, fillerNumber, accession, procedureId } = request;
  return [
    ...(placerNumber ? [identifier(placerNumber, ID_TYPES.placer, context)] : []),
    ...(fillerNumber ? [identifier(fillerNumber, ID_TYPES.filler, context)] : []),
    ...(accession ? [identifier(accession, ID_TYPES.accession, context)] : []),
    ...(procedureId ? [{ type: ID_TYPES.procedure, value: procedureId }] : []),
  ];
}

/** The id of the contained ServiceRequest of a request, by its index. */
export function requestId(index: number): string {
  return `request-${index + 1}`;
}
