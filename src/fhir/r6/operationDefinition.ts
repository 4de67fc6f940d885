import type { OperationName } from '../operations';
import { operationDefinition as inR4 } from '../r4/operationDefinition';
import type { Resource } from '../releases';

/** R6 OperationDefinition (operationdefinition.html of the ballot): R4's, with `kind` after the description. */
export function operationDefinition(name: OperationName, url: string): Resource {
  const { kind, description, affectsState, ...others } = inR4(name, url);
  const { code, resource, system, type, instance, parameter, ...head } = others;
  const rest = {
    description,
    kind,
    affectsState,
    code,
    resource,
    system,
    type,
    instance,
    parameter,
  };
  return { ...head, ...rest };
}
