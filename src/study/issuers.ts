import type { Issuer } from './model';

/** What an identifier identifies; only Patient IDs may have a system although nobody issued them. */
export type IdentifierOf = 'patient' | 'other';

/** Issuers of DICOM as identifier systems of FHIR, both ways, from the settings and the issuers themselves. */
export interface IssuerSystems {
  /** The URI of an issuer's identifiers, or undefined when nobody knows one. */
  systemOf(issuer: Issuer | undefined, of: IdentifierOf): string | undefined;
  /** The issuer names and universal ids that a system stands for; empty when it is unknown. */
  issuersOf(system: string): readonly string[];
}

/**
 * @param configured issuer name to system URI; the name `''` is for Patient IDs without issuer
 */
export function createIssuerSystems(configured: Readonly<Record<string, string>>): IssuerSystems {
  return {
    systemOf(issuer, of) {
      if (issuer === undefined) return of === 'patient' ? configured[''] : undefined;
      const known = [issuer.name, issuer.universalId].find(
        (name) => name !== undefined && Object.hasOwn(configured, name),
      );
      return known === undefined ? universalSystem(issuer) : configured[known];
    },
    issuersOf(system) {
      const named = Object.entries(configured).filter(([, uri]) => uri === system);
      return [...named.map(([name]) => name), ...universalIds(system)];
    },
  };
}

/** A universal entity id as a URI (PS3.3 Table 10-17): an OID, a UUID, or a URI as it is. */
function universalSystem(issuer: Issuer): string | undefined {
  const { universalId: id, universalIdType: type, name } = issuer;
  if (id !== undefined && type === 'ISO') return `urn:oid:${id}`;
  if (id !== undefined && type === 'UUID') return `urn:uuid:${id.toLowerCase()}`;
  if (id !== undefined && type === 'URI') return id;
  return name !== undefined && /^(urn:|https?:)/.test(name) ? name : undefined;
}

/** What issuers that nobody configured may be called; a word that is no URI is no system. */
function universalIds(system: string): string[] {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(system)) return [];
  const plain = system.replace(/^urn:(oid|uuid):/, '');
  return plain === system ? [system] : [plain, system];
}
