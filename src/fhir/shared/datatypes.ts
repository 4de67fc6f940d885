import { issuerName } from '../../study/identity';
import type { IdentifierOf } from '../../study/issuers';
import type { Code, IssuedId } from '../../study/model';
import { codingSystem } from '../codingSchemes';
import { code, tidyMembers, type Members } from '../elements';
import { extension } from '../extensions';
import type { RenderContext } from '../releases';

/*
 * Complex types that DSTU2 and later have alike (datatypes.html of each release), from the model's values.
 */

/** Identifier; `type` is a CodeableConcept from DSTU2 on. */
export function identifier(
  id: IssuedId,
  type: Members,
  context: RenderContext,
  of: IdentifierOf = 'other',
): Members {
  return {
    type,
    system: context.identifierSystem(id.issuer, of),
    value: id.value,
    assigner: { display: issuerName(id.issuer) },
  };
}

/**
 * Coding; a private coding scheme has no URI and is named in an extension.
 *
 * @param dcm the URI by which the release calls DICOM's code system
 */
export function coding(concept: Code, dcm: string): Members {
  const system = codingSystem(concept.scheme, dcm);
  const unknown = system === undefined && concept.scheme !== undefined;
  return {
    extension: unknown ? [extension('coding-scheme', { valueString: concept.scheme })] : [],
    system,
    version: concept.version,
    code: code(concept.value),
    display: concept.meaning,
  };
}

/** A mandatory element of a complex type: its members, or, where all of them are empty, why there are none. */
export function mandatory(members: Members | undefined, absent: Members): Members {
  const tidied = tidyMembers(members ?? {});
  return Object.keys(tidied).length === 0 ? { extension: [absent] } : tidied;
}
