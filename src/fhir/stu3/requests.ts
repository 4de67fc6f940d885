import type { ImagingRequest } from '../../study/model';
import type { Members } from '../elements';
import type { RenderContext } from '../releases';
import { coding, identifier, mandatory } from '../shared/datatypes';
import { DCM, IDENTIFIER_TYPES, UNKNOWN } from './datatypes';

/** What all requests of a study share: whom they are for, and who signed them. */
export interface RequestParties {
  readonly patient: Members;
  readonly requester?: Members;
}

/** The id of the contained ProcedureRequest of the nth request, from 1. */
function requestId(n: number): string {
  return `request-${n}`;
}

/**
 * The contained ProcedureRequests (procedurerequest.html of 3.0.2) of a study's requests: orders, of which
 * DICOM does not tell how far they have come (`unknown` is a status of its own).
 */
export function requestsOf(
  requests: readonly ImagingRequest[],
  parties: RequestParties,
  context: RenderContext,
): Members[] {
  return requests.map((request, i) => ({
    resourceType: 'ProcedureRequest',
    id: requestId(i + 1),
    identifier: requestIdentifiers(request, context),
    status: 'unknown',
    intent: 'order',
    code: mandatory(requestCode(request), UNKNOWN),
    subject: parties.patient,
    requester: { agent: parties.requester },
    reasonCode: [{ text: request.reason }],
  }));
}

/** ImagingStudy.basedOn: the references to the contained requests. */
export function requestReferences(requests: readonly ImagingRequest[]): Members[] {
  return requests.map((request, i) => ({
    reference: `#${requestId(i + 1)}`,
    display: request.description ?? request.codes[0]?.meaning,
  }));
}

function requestCode(request: ImagingRequest): Members {
  return { coding: request.codes.map((code) => coding(code, DCM)), text: request.description };
}

function requestIdentifiers(request: ImagingRequest, context: RenderContext): Members[] {
  const { placerNumber, fillerNumber, accession, procedureId } = request;
  const types = IDENTIFIER_TYPES;
  return [
    ...(placerNumber ? [identifier(placerNumber, types.placer, context)] : []),
    ...(fillerNumber ? [identifier(fillerNumber, types.filler, context)] : []),
    ...(accession ? [identifier(accession, types.accession, context)] : []),
    ...(procedureId ? [{ type: types.procedure, value: procedureId }] : []),
  ];
}
