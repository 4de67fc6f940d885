import { z } from 'zod';
import { Problem } from '../../errors';
import type { Told } from '../../pacs/examine';
import { isOrthancRestRoot } from '../../pacs/failures';
import { JSON_ROWS, parseJson, readRows, type Examination } from '../examination';
import { plain, type Finding, type Probe } from '../finding';
import { product } from '../product';

/** What a connection failed with (`transportFailure`). */
const connection = z.object({ code: z.string(), message: z.string() });

export const reach: Probe = {
  id: 'reach',
  title: 'Reachability',
  asks: 'One study (`limit=1`) at the root; where that fails, `system` and `dicom-web` below it, to name the right root.',
  judges:
    'good: rows came. warning: no study is shown, so that little can be judged. unusable, with the reason and what to do: name unknown, nothing listens, TLS refused, wrong ' +
    'root, login page, redirect, 401, 403, an error, XML. Nothing else is asked then.',
  async run(examination) {
    try {
      const told = await examination.ask('/studies?limit=1', { headers: JSON_ROWS });
      return [await judge(examination, told)];
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return [unreachable(error, new URL(examination.root))];
    }
  },
};

function unusable(evidence: string, advice: string): Finding {
  return { what: 'the root answers', verdict: 'unusable', evidence, advice };
}

async function judge(examination: Examination, told: Told): Promise<Finding> {
  const { status } = told;
  if (status === 401 || status === 403) return refused(told, examination.authorised);
  if (status >= 300 && status < 400) return redirected(told, examination.root);
  if (isOrthancRest(told) || status === 404) return wrongRoot(examination, told);
  if (status === 429 || status === 503) {
    return unusable(`status ${status}: it is too busy`, 'Try again when it has less to do.');
  }
  const rows = readRows(told);
  if (rows === undefined) return notRows(told);
  const tls = told.tls && `, ${told.tls.protocol}, certificate until ${told.tls.validTo}`;
  const ms = `${Math.round(told.ms)} ms`;
  if (rows.received > 0) {
    return {
      what: 'the root answers',
      verdict: 'good',
      evidence: `status ${status} with rows in ${ms}${tls ?? ''}`,
    };
  }
  return {
    what: 'the root answers',
    verdict: 'warning',
    evidence: `status ${status}, but no study, in ${ms}${tls ?? ''}`,
    advice:
      'Little can be judged without studies: store some, or check whether this account (or AE title) may see any.',
  };
}

function isOrthancRest(told: Told): boolean {
  const list = z.array(z.string()).min(1).safeParse(parseJson(told.body));
  const { status, body } = told;
  return (
    list.success || isOrthancRestRoot({ status, body, contentType: '', retryAfter: undefined })
  );
}

function refused(told: Told, authorised: boolean): Finding {
  const challenge = told.header('www-authenticate') ?? '';
  const scheme = plain(challenge.split(' ')[0] ?? '', 20);
  const realm = plain(/realm="?([^",]*)/i.exec(challenge)?.[1] ?? '', 60);
  const asked = scheme === '' ? '' : `, ${scheme}${realm === '' ? '' : ` realm "${realm}"`}`;
  const evidence = `status ${told.status}${asked}; ${authorised ? 'a' : 'no'} credential was sent`;
  if (told.status === 403) {
    const advice =
      'The archive knows the caller and gives it nothing: grant the account of the gateway reading by DICOMweb.';
    return unusable(evidence, advice);
  }
  return unusable(evidence, credentialAdvice(scheme, realm));
}

function credentialAdvice(scheme: string, realm: string): string {
  const basic = 'Set PACS_USERNAME and PACS_PASSWORD_FILE (or --username, with PACS_PASSWORD).';
  if (/orthanc/i.test(realm)) return `This is Orthanc's own list, RegisteredUsers. ${basic}`;
  if (/^basic$/i.test(scheme)) return basic;
  const oauth = 'PACS_OAUTH_TOKEN_URL, PACS_OAUTH_CLIENT_ID and PACS_OAUTH_CLIENT_SECRET_FILE';
  if (/^bearer$/i.test(scheme)) return `Set ${oauth}, or a token: --token-file, PACS_TOKEN_FILE.`;
  return `${basic} Where it wants tokens: ${oauth}.`;
}

/** Origin and path only: what a login appends as a query is nobody's business. */
function redirected(told: Told, root: string): Finding {
  const to = locationOf(told, root);
  const evidence = `status ${told.status}, redirected to ${plain(to.origin + to.pathname, 200)}`;
  if (/\/realms\/|openid|oauth|login|auth/i.test(to.href)) {
    const advice =
      'It wants a login (Keycloak has /realms/ in its URLs): set PACS_OAUTH_TOKEN_URL, PACS_OAUTH_CLIENT_ID and ' +
      'PACS_OAUTH_CLIENT_SECRET_FILE, or reach the archive behind the login proxy.';
    return unusable(evidence, advice);
  }
  return unusable(evidence, 'The gateway follows no redirect: take the new address as PACS_URL.');
}

function locationOf(told: Told, root: string): URL {
  const location = told.header('location') ?? '';
  return URL.canParse(location, `${root}/`) ? new URL(location, `${root}/`) : new URL(root);
}

async function wrongRoot(examination: Examination, told: Told): Promise<Finding> {
  const system = z.object({ Version: z.string(), ApiVersion: z.unknown() });
  const own = system.safeParse(parseJson((await examination.ask('/system')).body));
  if (own.success && own.data.ApiVersion !== undefined) {
    const below = readRows(
      await examination.ask('/dicom-web/studies?limit=1', { headers: JSON_ROWS }),
    );
    const advice =
      below === undefined
        ? 'Its DICOMweb plugin does not answer at /dicom-web: install orthanc-dicomweb, or see DicomWeb.Root in its configuration.'
        : `Use ${examination.root}/dicom-web`;
    return unusable("this is Orthanc's own REST API, not DICOMweb", advice);
  }
  const advice =
    'DICOMweb roots end in /dicom-web on Orthanc, in /dcm4chee-arc/aets/AET/rs on dcm4chee (an AE title that does ' +
    'not exist is a 404, too).';
  const { words } = await product(examination);
  return unusable(
    `status ${told.status} at /studies: no DICOMweb root (product: ${words})`,
    advice,
  );
}

function notRows(told: Told): Finding {
  const type = plain((told.header('content-type') ?? 'no content type').split(';')[0] ?? '', 40);
  const start = told.body.toString('latin1', 0, 64).trimStart();
  const evidence = `status ${told.status}, ${type}`;
  if (/html/i.test(type) || /^<(!doctype|html)/i.test(start)) {
    const advice =
      'This is a page for people: a login before the archive, or its user interface. Reach the DICOMweb root itself.';
    return unusable(`${evidence}: an HTML page`, advice);
  }
  if (start.startsWith('<') || /xml|multipart/i.test(type)) {
    return unusable(
      `${evidence}: XML`,
      'It has no DICOM JSON, which QIDO-RS must have (PS3.18 10.6.4).',
    );
  }
  if (told.status >= 400) return unusable(evidence, 'See the log of the archive.');
  return unusable(
    `${evidence}: no list of rows`,
    'PACS_URL leads to something that is no QIDO-RS.',
  );
}

function unreachable(problem: Problem, url: URL): Finding {
  const known = connection.safeParse(problem.options.cause);
  const code = known.success ? known.data.code : problem.code;
  const message = known.success ? plain(known.data.message, 200) : problem.message;
  return unusable(`${code}: ${message}`, connectionAdvice(code, url));
}

function connectionAdvice(code: string, { hostname, host, protocol }: URL): string {
  if (/ENOTFOUND|EAI_AGAIN/.test(code)) {
    return `DNS does not know ${hostname}: check the name, and that this machine (or container) uses the right resolver.`;
  }
  if (code === 'ECONNREFUSED')
    return `Nothing listens at ${host}: check the port, and that the archive runs.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `The certificate is for another name than ${hostname}: use a name of the certificate in PACS_URL.`;
  }
  if (code === 'CERT_HAS_EXPIRED') return 'The certificate has expired: renew it.';
  if (/SELF_SIGNED|UNABLE_TO|DEPTH_ZERO/.test(code)) {
    return 'Nobody this machine trusts signed the certificate: NODE_EXTRA_CA_CERTS=/path/of/your/ca.pem.';
  }
  if (/EPROTO|ERR_SSL/.test(code) && protocol === 'https:') {
    return `No TLS could be agreed on: the port may speak plain HTTP (http://${host}), or only a TLS that is too old.`;
  }
  if (/pacs-broken-answer|HPE_|ECONNRESET/.test(code) && protocol === 'http:') {
    return `It broke off: the port may want TLS (https://${host}).`;
  }
  return `Check that the way to ${host} is open (firewall, route), and that the archive runs.`;
}
