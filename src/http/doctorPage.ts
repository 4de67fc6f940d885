import { createHash } from 'node:crypto';
import express, { type Request, type RequestHandler } from 'express';
import type { Line, Report } from '../doctor/report';
import { Problem } from '../errors';
import { escapeXml } from '../fhir/xml';
import { namesThisMachine } from './hosts';
import { refuseMethod } from './refuseMethod';
import { requireToken } from './token';

/** Who may see the report, and how it is made. */
export interface DoctorPage {
  /** Bearer token that opens it, asked at each request; undefined: none does. */
  readonly token: () => string | undefined;
  /** Whether callers on this machine may see it without. */
  readonly local: boolean;
  /** How long a report is shown again, in milliseconds. */
  readonly keepMs: number;
  examine(): Promise<Report>;
}

/** Addresses of this machine as the other end of a connection. */
const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/;
/** What proxies add: then the other end of the connection says nothing of the caller. */
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'];

const STYLE =
  ':root{color-scheme:light dark;--page:#fff;--text:#1a1e23;--line:#d5d9de;--soft:#5b6570;--good:#17713a;--note:#1c5d99;--warning:#8a5300;' +
  '--unusable:#b3261e;--unknown:#5b6570;--back:#f5f6f8}' +
  '@media(prefers-color-scheme:dark){:root{--page:#121518;--text:#e8ebee;--line:#3a4149;--soft:#a3adb8;--good:#6fd391;--note:#84bdf2;' +
  '--warning:#f2b34c;--unusable:#ff8d85;--unknown:#a3adb8;--back:#1d2126}}' +
  'body{background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}' +
  'h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.05rem;margin:1.6rem 0 .2rem}p{margin:.3rem 0}' +
  'dl{margin:0}dl div{display:grid;grid-template-columns:6.5rem 1fr;border-top:1px solid var(--line);padding:.35rem 0}' +
  'dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}.advice,.soft{color:var(--soft)}' +
  'table{border-collapse:collapse;font-size:.9rem}th,td{text-align:left;padding:.15rem 1rem .15rem 0;border-top:1px solid var(--line)}' +
  'pre{background:var(--back);padding:.8rem;white-space:pre-wrap;overflow-wrap:anywhere}.wide{overflow-x:auto}' +
  '.good{color:var(--good)}.note{color:var(--note)}.warning,.warnings{color:var(--warning)}' +
  '.unusable{color:var(--unusable)}.unknown{color:var(--unknown)}';
/** The page brings nothing but its own style, known by its hash (CSP level 3, 2.3.1). */
const POLICY = `default-src 'none'; frame-ancestors 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/**
 * `GET /doctor`: the report on this gateway's own archive, as a page for browsers and as JSON for everybody else. It
 * costs the archive more than a hundred calls and tells how it is set up, so that it is not for everybody; where nobody
 * could open it, nothing is here.
 */
export function doctorRoutes(page: DoctorPage): RequestHandler {
  const report = keepReport(page);
  const router = express.Router({ caseSensitive: true });
  const guard = requireToken(page.token, 'ADMIN_TOKEN', 'admin');
  router
    .route('/')
    .all((request, response, next) => {
      if (page.local && isLocal(request)) next();
      else if (page.local && page.token() === undefined) throw onlyLocal();
      else guard(request, response, next);
    })
    .get(async (request, response) => {
      const known = await report();
      response.set('Cache-Control', 'no-store').vary('Accept');
      if (request.accepts(['application/json', 'text/html']) === 'text/html') {
        response.set('Content-Security-Policy', POLICY).type('html').send(doctorPage(known));
      } else response.json(known);
    })
    .all(refuseMethod('GET, HEAD'));
  return router;
}

/** One examination at a time, whoever asks, and none while there is a report that is not old. */
function keepReport(page: DoctorPage): () => Promise<Report> {
  let known: Promise<Report> | undefined;
  return () => {
    if (known !== undefined) return known;
    const forget = () => (known = undefined);
    known = page.examine();
    known.then(() => setTimeout(forget, page.keepMs).unref(), forget);
    return known;
  };
}

function onlyLocal(): Problem {
  const text = 'The doctor is for callers on this machine, or takes the token of ADMIN_TOKEN.';
  return new Problem('forbidden', text);
}

/**
 * Whether the caller is on this machine, and no page of another site's in a browser there: such a page can send requests
 * here, and by a name of its own that leads here read the answers, but neither with our Host nor as its own origin.
 */
function isLocal(request: Request): boolean {
  const site = request.get('Sec-Fetch-Site');
  return (
    LOOPBACK.test(request.socket.remoteAddress ?? '') &&
    namesThisMachine(request) &&
    FORWARDED.every((name) => request.get(name) === undefined) &&
    (site === undefined || site === 'none' || site === 'same-origin')
  );
}

/** The report as a page, without scripts and with nothing from the archive as markup. */
export function doctorPage(report: Report): string {
  const { archive, verdict, calls, mostCalls, ms, lines, settingsBlock } = report;
  const seconds = (ms / 1000).toFixed(1);
  const settings =
    settingsBlock === '' ? '' : `<h2>Settings</h2><pre>${escapeXml(settingsBlock)}</pre>`;
  return (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<title>Doctor: ${verdict}</title><style>${STYLE}</style></head><body><main>` +
    `<h1>The archive at ${escapeXml(archive)}</h1>` +
    `<p><b class="${verdict}">${conclusion(verdict)}</b></p>` +
    `<p class="soft">${calls} calls of ${mostCalls} at most, in ${seconds} s. Counts only: nothing here is of a patient.</p>` +
    `${sections(lines)}${dialectHtml(report)}${settings}</main></body></html>\n`
  );
}

function conclusion(verdict: Report['verdict']): string {
  switch (verdict) {
    case 'good':
      return 'Good';
    case 'warnings':
      return 'Usable, with warnings';
    case 'unusable':
      return 'Unusable as it is';
  }
}

function sections(lines: readonly Line[]): string {
  const probes = [...new Set(lines.map(({ probe }) => probe))];
  return probes
    .map((probe) => {
      const own = lines.filter((line) => line.probe === probe);
      const title = escapeXml(own[0]?.title ?? '');
      return `<section><h2>${title}</h2><dl>${own.map(lineHtml).join('')}</dl></section>`;
    })
    .join('');
}

function lineHtml({ what, verdict, evidence, advice }: Line): string {
  const word = verdict === 'unknown' ? 'not known' : verdict;
  const todo = advice === undefined ? '' : `<p class="advice">${escapeXml(advice)}</p>`;
  return (
    `<div><dt class="${verdict}">${word}</dt>` +
    `<dd><b>${escapeXml(what)}</b>: ${escapeXml(evidence)}${todo}</dd></div>`
  );
}

function dialectHtml({ dialect }: Report): string {
  if (dialect === undefined) return '';
  const { suggested, byItself, compared } = dialect;
  const flags = compared.find(({ name }) => name === suggested)?.flags ?? [];
  const rows = flags.map(({ flag, dialect: said, archive, stands }) =>
    [flag, said, archive, stands].map((cell) => `<td>${escapeXml(cell)}</td>`).join(''),
  );
  const set = suggested === byItself ? ', as the gateway finds by itself' : '';
  return (
    `<h2>Dialect</h2><p><b>${suggested}</b>${set}</p><div class="wide" role="region" aria-label="Dialect, flag by flag" tabindex="0"><table><thead><tr><th>flag</th><th>dialect</th>` +
    `<th>archive</th><th></th></tr></thead><tbody>${rows.map((row) => `<tr>${row}</tr>`).join('')}</tbody></table></div>`
  );
}
