import { resource } from '../elements';
import { narrative, paragraph, title } from '../narrative';
import { OPERATIONS, type OperationName } from '../operations';
import type { Resource } from '../releases';
import { computableName } from './capabilityStatement';

/**
 * R4 OperationDefinition (operationdefinition.html of 4.0.1) of one of the gateway's operations; R4B, R5 and R6 have
 * the same elements.
 *
 * @param url where it is served
 */
export function operationDefinition(name: OperationName, url: string): Resource {
  const { on, meaning, returns } = OPERATIONS[name];
  return resource('OperationDefinition', {
    id: name,
    text: narrative([title(`$${name}`), paragraph(meaning)]),
    url,
    name: computableName(name),
    title: name,
    status: 'active',
    kind: 'operation',
    description: meaning,
    affectsState: false,
    code: name,
    resource: [on],
    system: false,
    type: true,
    instance: false,
    parameter: [{ name: 'return', use: 'out', min: 1, max: '1', type: returns }],
  });
}
