import { openDialog } from './dialog';
import { button, el, fill } from './dom';
import { failure } from './notices';
import { readPasted, setToken, token } from './session';
import { canLaunch, launch } from './smart';
import type { State } from './state';

/** Where a token is pasted, forgotten, or got from the authorisation server. */
export function tokenDialog(state: State, changed: () => void): void {
  const trouble = el('div');
  const input = el('input', {
    type: 'password',
    name: 'token',
    autocomplete: 'off',
    spellcheck: 'false',
    required: true,
  });
  const form = el(
    'form',
    { class: 'token' },
    el('label', { class: 'field' }, el('span', {}, 'Access token'), input),
    el('button', { type: 'submit', class: 'primary' }, 'Use this token'),
  );
  const done = () => {
    dialog.close();
    changed();
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const pasted = readPasted(input.value);
    if (pasted === undefined) {
      fill(
        trouble,
        el(
          'p',
          { class: 'notice error', role: 'alert' },
          'That is no bearer token: it has letters, digits and -._~+/ only.',
        ),
      );
      return;
    }
    setToken(pasted);
    done();
  });
  const signIn = button(
    'Sign in',
    () => {
      launch(state).catch((error: unknown) =>
        fill(trouble, failure('Signing in did not begin', error)),
      );
    },
    { class: 'primary' },
  );
  const forget = button('Forget the token', () => {
    setToken(undefined);
    done();
  });
  const dialog = openDialog(
    'Authorisation',
    el('p', {}, explanation(state)),
    canLaunch(state) ? signIn : undefined,
    form,
    token() === undefined ? undefined : forget,
    trouble,
    el('p', { class: 'muted' }, KEPT),
  );
  input.focus();
}

function explanation({ facts }: State): string {
  if (!facts.authorises) return 'This gateway wants no token.';
  return token() === undefined
    ? 'This gateway wants an access token with every request, and there is none yet.'
    : 'A token is in use.';
}

const KEPT =
  'The token stays in this tab: a reload keeps it, closing the tab forgets it. It is sent in the Authorization header to this gateway alone, and never put into a URL or a copied line.';
