import type { ImagingRequest } from '../../study/model';
import type { Members } from '../elements';
import type { RenderContext } from '../releases';
import { coding, identifier } from './datatypes';

/** What all orders of a study share: whom they are for, and who signed them. */
export interface OrderParties {
  readonly subject: Members;
  readonly requester?: Members;
}

/** The id of the contained DiagnosticOrder of the nth request, from 1. */
function orderId(n: number): string {
  return `order-${n}`;
}

/** The contained DiagnosticOrders (diagnosticorder.html of 0.0.82) of a study's requests. */
export function ordersOf(
  requests: readonly ImagingRequest[],
  parties: OrderParties,
  context: RenderContext,
): Members[] {
  return requests.map((request, i) => ({
    resourceType: 'DiagnosticOrder',
    id: orderId(i + 1),
    subject: parties.subject,
    orderer: parties.requester,
    identifier: orderIdentifiers(request, context),
    clinicalNotes: request.reason,
    item: [{ code: { coding: request.codes.map(coding), text: request.description } }],
  }));
}

/** The references to the contained orders. */
export function orderReferences(requests: readonly ImagingRequest[]): Members[] {
  return requests.map((request, i) => ({
    reference: `#${orderId(i + 1)}`,
    display: request.description ?? request.codes[0]?.meaning,
  }));
}

function orderIdentifiers(request: ImagingRequest, context: RenderContext): Members[] {
  const { placerNumber, fillerNumber, accession, procedureId } = request;
  return [
    ...(placerNumber ? [identifier(placerNumber, 'Placer Order Number', context)] : []),
    ...(fillerNumber ? [identifier(fillerNumber, 'Filler Order Number', context)] : []),
    ...(accession ? [identifier(accession, 'Accession Number', context)] : []),
    ...(procedureId ? [{ label: 'Requested Procedure ID', value: procedureId }] : []),
  ];
}
