/*
 * A SMART app (SMART App Launch 2): it asks the gateway where to sign in, gets a token for one patient by authorization
 * code with PKCE, and shows that patient's studies with a picture each. It needs no library and no server of its own.
 *
 * Standalone: open it and sign in. From an EHR: …/index.html?iss=FHIR_BASE&launch=…
 */

const CLIENT_ID = 'smart-app';
const SCOPE = 'openid launch/patient patient/ImagingStudy.rs';
const WADO_URL = 'http://dicomweb-fhir-gateway.org/fhir/extension/wado-rs-url';
const REDIRECT = location.origin + location.pathname;

const asked = new URLSearchParams(location.search);
const page = (id) => document.getElementById(id);

page('start').addEventListener('submit', (event) => {
  event.preventDefault();
  run(() => signIn(page('start').elements.iss.value));
});
if (asked.has('code') || asked.has('error')) run(finish);
else if (asked.has('iss')) run(() => signIn(asked.get('iss'), asked.get('launch')));

/** Leaves for the authorisation server that the gateway names. */
async function signIn(iss, launch) {
  const { authorization_endpoint: at, token_endpoint: tokenUrl } = await json(
    `${iss}/.well-known/smart-configuration`,
  );
  const [state, verifier] = [random(), random()];
  // In this tab only, until the browser comes back; a token is never in a URL or in a place that lasts.
  sessionStorage.setItem('launch', JSON.stringify({ iss, tokenUrl, state, verifier }));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const url = new URL(at);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT,
    scope: launch ? `launch ${SCOPE}` : SCOPE,
    state,
    aud: iss,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    ...(launch && { launch }),
  });
  location.assign(url);
}

/** Comes back with a code, changes it for a token, and shows the studies. */
async function finish() {
  const { iss, tokenUrl, state, verifier } = JSON.parse(sessionStorage.getItem('launch') ?? '{}');
  sessionStorage.removeItem('launch');
  window.history.replaceState({}, '', REDIRECT);
  if (asked.has('error')) throw new Error(asked.get('error_description') ?? asked.get('error'));
  if (state === undefined || asked.get('state') !== state) throw new Error('Please sign in again.');
  const { access_token: token } = await json(tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: asked.get('code'),
      redirect_uri: REDIRECT,
      client_id: CLIENT_ID,
      code_verifier: verifier,
    }),
  });
  page('start').hidden = true;
  await show(iss, token);
}

/** The newest studies of the token's patient: nothing in the search names the patient, the token does. */
async function show(iss, token) {
  const headers = { Authorization: `Bearer ${token}`, Accept: 'application/fhir+json' };
  const bundle = await json(`${iss}/ImagingStudy?_sort=-started&_count=10`, { headers });
  const studies = (bundle.entry ?? []).filter(({ search }) => search?.mode === 'match');
  say(`${bundle.total ?? studies.length} studies`);
  await Promise.all(studies.map(({ resource }) => add(resource, token)));
}

async function add(study, token) {
  const item = document.createElement('li');
  item.textContent = `${study.started ?? 'undated'} ${study.description ?? ''}`;
  page('studies').append(item);
  const url = study.extension?.find((each) => each.url === WADO_URL)?.valueUrl;
  // An <img> sends no token, so the picture is got and then shown.
  const headers = { Authorization: `Bearer ${token}`, Accept: 'image/jpeg' };
  const picture = await fetch(`${url}/thumbnail`, { headers });
  if (!picture.ok) return;
  const image = document.createElement('img');
  image.alt = '';
  image.src = URL.createObjectURL(await picture.blob());
  item.prepend(image);
}

async function json(url, init) {
  const response = await fetch(url, init);
  const body = await response.json();
  if (response.ok) return body;
  throw new Error(body.issue?.[0]?.details?.text ?? body.error_description ?? `${response.status}`);
}

function run(task) {
  say('…');
  task().catch((error) => say(error.message));
}

function say(text) {
  page('state').textContent = text;
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
