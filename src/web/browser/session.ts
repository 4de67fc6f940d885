/*
 * The access token. It is kept in sessionStorage: a reload and the way to the authorisation server and back keep it,
 * the end of the tab forgets it, and no other tab sees it. localStorage would leave it on a shared workstation,
 * a cookie would be sent unasked, and memory alone would lose it at each reload. It goes into one header and nowhere else.
 */

const KEY = 'access-token';

export function token(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}

/** @param value undefined forgets it */
export function setToken(value: string | undefined): void {
  if (value === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, value);
}

/** What of a pasted text is the token: people paste the whole header, too. */
export function readPasted(pasted: string): string | undefined {
  const bare = pasted
    .trim()
    .replace(/^authorization:\s*/i, '')
    .replace(/^bearer\s+/i, '');
  return /^[A-Za-z0-9._~+/-]+=*$/.test(bare) ? bare : undefined;
}
