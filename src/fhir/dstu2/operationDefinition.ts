import { resource } from '../elements';
import { narrative, paragraph, title } from '../narrative';
import { OPERATIONS, type OperationName } from '../operations';
import type { Resource } from '../releases';

/** DSTU2 OperationDefinition (operationdefinition.html of 1.0.2) of one of the gateway's operations. */
export function operationDefinition(name: OperationName, url: string): Resource {
  const { on, meaning, returns } = OPERATIONS[name];
  return resource('OperationDefinition', {
    id: name,
    text: narrative([title(`$${name}`), paragraph(meaning)]),
    url,
    name,
    status: 'active',
    kind: 'operation',
    description: meaning,
    idempotent: true,
    code: name,
    system: false,
    type: [on],
    instance: false,
    parameter: [{ name: 'return', use: 'out', min: 1, max: '1', type: returns }],
  });
}
