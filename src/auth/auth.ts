import { LRUCache } from 'lru-cache';
import type { Clause } from '../study/query';
import type { StudySource } from '../study/source';
import { ANONYMOUS, type Access } from './access';
import type { AnswerLimits } from './answers';
import { createBinding, type BindingSettings } from './binding';
import {
  accessOfCapability,
  createCapabilities,
  narrowToCapability,
  type Capabilities,
  type CapabilitySettings,
} from './capability';
import { missingToken } from './challenge';
import { callerKey, hash, type TokenClaims } from './claims';
import type { Restriction } from './configured';
import { createDiscovery, type Discovery } from './discovery';
import { createIntrospector, type IntrospectionSettings } from './introspection';
import { createJwtVerifier, type JwtSettings } from './jwt';
import { createCallerLimits, type CallerLimits, type CallerLimitSettings } from './limits';
import { createOwnership, studyNotFound, type Ownership } from './ownership';
import { restrictionClauses } from './restrictions';
import { grantedBy, readScopes } from './scopes';
import { describeSmart, type SmartConfiguration, type SmartSettings } from './smart';

/** How callers are authorised. */
export interface AuthOptions {
  readonly tokens: TokenSettings;
  readonly binding: BindingSettings;
  readonly restrictions: readonly Restriction[];
  readonly smart: SmartSettings;
  /** Unset: no capability URLs. */
  readonly capabilities?: (CapabilitySettings & { readonly requiresToken: boolean }) | undefined;
  readonly limits: CallerLimitSettings;
  readonly ownershipMs: number;
  /** The studies of the archive. */
  readonly source: StudySource;
  /** How long the authorisation server's own description is believed. */
  readonly discoveryMs: number;
  readonly answers: AnswerLimits;
}

/** How tokens are checked; `none`: nobody needs one. */
export type TokenSettings =
  | { readonly mode: 'none' }
  | { readonly mode: 'jwt'; readonly jwt: JwtSettings }
  | { readonly mode: 'introspection'; readonly introspection: IntrospectionSettings };

/** Who may see what. */
export interface Auth {
  /**
   * Who asks, and what they may see.
   *
   * @param token the bearer token; undefined where the request has none
   * @param remote the address that the request comes from; counts only where nobody needs a token
   * @throws Problem `unauthenticated`, `forbidden`, `auth-unavailable`
   */
  authenticate(token: string | undefined, remote: string): Promise<Access>;
  /**
   * What may be seen below a capability URL.
   *
   * @param text the capability in the path
   * @throws Problem as {@link authenticate}; `not-found` for a capability that opens nothing
   */
  openCapability(text: string, token: string | undefined, remote: string): Promise<Access>;
  /** Makes capabilities; undefined where there are none. */
  readonly capabilities: Capabilities | undefined;
  readonly ownership: Ownership;
  readonly limits: CallerLimits;
  /** What `.well-known/smart-configuration` holds; undefined where nobody needs a token. */
  smartConfiguration(): Promise<SmartConfiguration | undefined>;
}

/** Puts authorisation together. */
export function createAuth(options: AuthOptions): Auth {
  const { tokens, smart } = options;
  const discover = createDiscovery(smart.issuer, options.discoveryMs, options.answers);
  const verify = createTokenVerifier(tokens, discover);
  const anonymous = createAnonymous(options);
  const bind = createBinding(options.binding);
  const capabilities = options.capabilities && createCapabilities(options.capabilities);
  const requiresToken = options.capabilities?.requiresToken ?? true;

  async function accessOf(token: string, claims: TokenClaims): Promise<Access> {
    const scopes = readScopes(claims.scope);
    const { kind, bound, may } = grantedBy(scopes);
    const binding = bound ? [await bind(claims.patient, token)] : [];
    const nothing: Clause[] = scopes.length === 0 ? [[{ on: 'nothing' }]] : [];
    const { client, subject } = claims;
    return {
      caller: {
        key: callerKey(claims, token),
        kind,
        ...(client !== undefined && { client }),
        ...(subject !== undefined && { subject }),
      },
      clauses: [...nothing, ...binding, ...restrictionClauses(options.restrictions, kind)],
      may,
    };
  }

  async function authenticate(token: string | undefined, remote: string): Promise<Access> {
    if (verify === undefined) return anonymous(remote);
    if (token === undefined) throw missingToken();
    return accessOf(token, await verify(token));
  }

  return {
    authenticate,
    async openCapability(text, token, remote) {
      const access = requiresToken ? await authenticate(token, remote) : undefined;
      const capability = capabilities?.open(text, Date.now());
      if (capability === undefined) throw studyNotFound();
      if (access !== undefined) return narrowToCapability(access, capability);
      return accessOfCapability(capability, restrictionClauses(options.restrictions, 'patient'));
    },
    capabilities,
    ownership: createOwnership(options.source, options),
    limits: createCallerLimits(options.limits),
    smartConfiguration: async () =>
      tokens.mode === 'none' ? undefined : describeSmart(smart, discover),
  };
}

/** Checks tokens as the mode has it; undefined where nobody needs one. */
function createTokenVerifier(
  tokens: TokenSettings,
  discover: Discovery,
): ((token: string) => Promise<TokenClaims>) | undefined {
  switch (tokens.mode) {
    case 'none':
      return undefined;
    case 'jwt':
      return createJwtVerifier(tokens.jwt, discover);
    case 'introspection':
      return createIntrospector(tokens.introspection);
  }
}

/** Addresses that are remembered with their keys. */
const REMEMBERED = 1000;

/**
 * Everybody, where nobody authorises: told apart by address, so that limits are each one's own.
 *
 * @param rules read at each request, because they may change
 * @returns the access of an address
 */
function createAnonymous(rules: Pick<AuthOptions, 'restrictions'>): (remote: string) => Access {
  const { kind } = ANONYMOUS.caller;
  const keys = new LRUCache<string, string>({ max: REMEMBERED, memoMethod: hash });
  return (remote) => ({
    ...ANONYMOUS,
    caller: { key: keys.memo(remote), kind },
    clauses: restrictionClauses(rules.restrictions, kind),
  });
}
