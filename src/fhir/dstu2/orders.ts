import type { ImagingRequest } from '../../study/model';
import type { Members } from '../elements';
import type { RenderContext } from '../releases';
import { coding, identifier } from '../shared/datatypes';
import { DCM, IDENTIFIER_TYPES } from './datatypes';

/** What all orders of a study share: whom they are for, and who signed them. */
export interface OrderParties {
  readonly patient: Members;
  readonly requester?: Members;
}

/** The id of the contained DiagnosticOrder of the nth request, from 1. */
function orderId(n: number): string {
  return `order-${n}`;
}

/**
 * The contained DiagnosticOrders (diagnosticorder.html of 1.0.2) of a study's requests. `status` is left out:
 * DICOM tells what was asked for, not how far it has come.
 */
export function ordersOf(
  requests: readonly ImagingRequest[],
  parties: OrderParties,
  context: RenderContext,
): Members[] {
  return requests.map((request, i) => ({
    resourceType: 'DiagnosticOrder',
    id: orderId(i + 1),
    subject: parties.patient,
    orderer: parties.requester,
    identifier: orderIdentifiers(request, context),
    reason: [{ text: request.reason }],
    item: [
      {
        code: { coding: request.codes.map((code) => coding(code, DCM)), text: request.description },
      },
    ],
  }));
}

/** ImagingStudy.order: the references to the contained orders. */
export function orderReferences(requests: readonly ImagingRequest[]): Members[] {
  return requests.map((request, i) => ({
    reference: `#${orderId(i + 1)}`,
    display: request.description ?? request.codes[0]?.meaning,
  }));
}

function orderIdentifiers(request: ImagingRequest, context: RenderContext): Members[] {
  const { placerNumber, fillerNumber, accession, procedureId } = request;
  const types = IDENTIFIER_TYPES;
  return [
    ...(placerNumber ? [identifier(placerNumber, types.placer, context)] : []),
    ...(fillerNumber ? [identifier(fillerNumber, types.filler, context)] : []),
    ...(accession ? [identifier(accession, types.accession, context)] : []),
    ...(procedureId ? [{ type: types.procedure, value: procedureId }] : []),
  ];
}
