import { askJson, BASE, Failed, urlOf } from './client';
import { at, parseJson, text, type Json } from './json';
import { setToken } from './session';
import type { State } from './state';

/*
 * SMART standalone launch (SMART App Launch 2.2, "App Launch: Standalone"): authorisation code with PKCE (RFC 7636), as a
 * public client. Where the browser has no `crypto.subtle`, that is over plain HTTP from another machine, it cannot be done.
 */

const KEY = 'smart-launch';

export function canLaunch({ facts }: State): boolean {
  return facts.smart !== undefined && isSecureContext;
}

/** Goes to the authorisation server. */
export async function launch({ facts, release }: State): Promise<void> {
  const { smart } = facts;
  if (smart === undefined) return;
  const base = `fhir/${release.name}`;
  const server = await askJson(`${base}/.well-known/smart-configuration`, 'application/json');
  const authorize = text(at(server, 'authorization_endpoint'));
  const tokenEndpoint = text(at(server, 'token_endpoint'));
  if (authorize === undefined || tokenEndpoint === undefined) {
    throw new Error(
      'The authorisation server tells no authorization_endpoint or no token_endpoint.',
    );
  }
  const verifier = randomText();
  const state = randomText();
  sessionStorage.setItem(KEY, JSON.stringify({ state, verifier, tokenEndpoint }));
  const url = new URL(authorize);
  const parameters = {
    response_type: 'code',
    client_id: smart.clientId,
    redirect_uri: BASE.href,
    scope: smart.scope,
    state,
    aud: urlOf(base),
    code_challenge: await challengeOf(verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.assign(url);
}

/**
 * Ends a launch, where the page was opened by one: the code becomes a token and leaves the address.
 *
 * @throws Error in words for people
 */
export async function finishLaunch({ facts }: State): Promise<void> {
  const answer = new URLSearchParams(location.search);
  const code = answer.get('code');
  const refused = answer.get('error');
  if (code === null && refused === null) return;
  const kept = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  history.replaceState(null, '', BASE.href);
  const launched: Json = kept === null ? null : parseJson(kept);
  const state = text(at(launched, 'state'));
  if (state === undefined || state !== answer.get('state')) {
    throw new Error('This sign-in was not begun here. Begin it again.');
  }
  if (code === null) {
    throw new Error(
      answer.get('error_description') ?? `The authorisation server answered ${refused ?? ''}.`,
    );
  }
  setToken(await exchange(code, launched, facts.smart?.clientId ?? ''));
}

async function exchange(code: string, launched: Json, clientId: string): Promise<string> {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: BASE.href,
    client_id: clientId,
    code_verifier: text(at(launched, 'verifier')) ?? '',
  };
  const endpoint = text(at(launched, 'tokenEndpoint')) ?? '';
  const response = await fetch(endpoint, { method: 'POST', body: new URLSearchParams(form) });
  const token = text(at(parseJson(await response.text()), 'access_token'));
  if (!response.ok || token === undefined) {
    const words = 'The authorisation server gave no token.';
    throw new Failed(response.status, [{ severity: 'error', code: '', words }]);
  }
  return token;
}

/** 43 characters of randomness, which are a verifier (RFC 7636 4.1) too. */
function randomText(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return base64Url(new Uint8Array(digest));
}

function base64Url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
