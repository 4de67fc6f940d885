import { Writable } from 'node:stream';
import pino from 'pino';
import { z } from 'zod';
import defaults from '../../config/default.json';
import type { Settings } from '../../src/config';
import { createGateway, type Gateway } from '../../src/gateway';
import { listen } from '../../src/listen';
import { SETTINGS, type SettingRow } from '../../src/settings';

/** A gateway that runs for a test, on a free port of the loopback interface. */
export interface Running {
  readonly url: string;
  /** Base of its DSTU1 endpoint. */
  readonly fhir: string;
  readonly gateway: Gateway;
  /** What it logged, at every level. */
  readonly log: readonly string[];
  /** A request below the DSTU1 endpoint, or to an absolute URL. */
  get(target: string, init?: RequestInit): Promise<Got>;
  close(): Promise<void>;
}

/** An answer, its body read. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * The defaults with `env` over them, read by the table of settings. Not by `loadSettings`: the package `config`
 * is an ES module, which Jest cannot load; test/config runs the real one in a process of its own.
 */
export function settingsOf(env: Readonly<Record<string, string>>): Settings {
  const entries = Object.entries<SettingRow>(SETTINGS).map(([key, { env: name, schema }]) => [
    key,
    schema.parse(env[name] === '' ? undefined : (env[name] ?? defaultOf(key))),
  ]);
  return Object.fromEntries(entries) as Settings;
}

function defaultOf(key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((value, name) => new Map(Object.entries(value ?? {})).get(name), defaults);
}

/** Starts the real gateway; `env` are its environment variables. */
export async function startGateway(
  pacsUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const settings = { ...settingsOf(env), 'pacs.url': pacsUrl };
  const log: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(chunk.toString());
      done();
    },
  });
  let url = '';
  const gateway = createGateway({
    settings,
    software: { name: 'dicomweb-fhir-gateway', version: '0.0.0-test', date: '2026-01-01' },
    logger: pino({ level: 'trace', base: null }, sink),
    publicBaseUrl: () => url,
  });
  const server = await listen(gateway.app, {
    host: '127.0.0.1',
    port: 0,
    keepAliveMs: settings['server.keepAliveMs'],
    requestTimeoutMs: settings['server.requestTimeoutMs'],
  });
  url = server.url;
  const fhir = `${url}/fhir/dstu1`;
  return {
    url,
    fhir,
    gateway,
    log,
    async get(target, init) {
      const absolute = target.startsWith('http') ? target : `${fhir}/${target}`;
      const response = await fetch(absolute, { redirect: 'manual', ...init });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    async close() {
      await server.stop(0);
      await gateway.close();
    },
  };
}

const extension = z.object({
  url: z.string(),
  valueCode: z.string().optional(),
  valueString: z.string().optional(),
  valueInteger: z.number().optional(),
});
const issue = z.object({
  severity: z.string(),
  type: z.object({ code: z.string() }),
  details: z.string(),
  extension: z.array(extension),
});
const outcome = z.object({ resourceType: z.literal('OperationOutcome'), issue: z.array(issue) });
const resource = z.looseObject({ resourceType: z.string() });
const bundle = z.object({
  resourceType: z.literal('Bundle'),
  totalResults: z.number().optional(),
  link: z.array(z.object({ rel: z.string(), href: z.string() })),
  entry: z.array(z.object({ id: z.string(), content: resource })).default([]),
});
const instance = z.looseObject({
  number: z.number().optional(),
  uid: z.string().optional(),
  sopclass: z.string().optional(),
  type: z.string().optional(),
  title: z.string().optional(),
  url: z.string().optional(),
});
const series = z.looseObject({
  uid: z.string().optional(),
  modality: z.string().optional(),
  url: z.string().optional(),
  dateTime: z.string().optional(),
  numberOfInstances: z.number().optional(),
  instance: z.array(instance),
});
const imagingStudy = z.looseObject({
  resourceType: z.literal('ImagingStudy'),
  dateTime: z.string().optional(),
  uid: z.string().optional(),
  url: z.string().optional(),
  subject: z.object({ reference: z.string(), display: z.string().optional() }),
  modality: z.array(z.string()).optional(),
  numberOfSeries: z.number().optional(),
  numberOfInstances: z.number().optional(),
  extension: z.array(extension).default([]),
  series: z.array(series).default([]),
});

export type Bundle = z.output<typeof bundle>;
export type ImagingStudy = z.output<typeof imagingStudy>;

/** The bundle of an answer that has to be a successful search. */
export function bundleOf({ status, text }: Got): Bundle {
  if (status !== 200) throw new Error(`${status}: ${text}`);
  return bundle.parse(JSON.parse(text));
}

/** The studies of a page, in order. */
export function studiesOf(got: Got): ImagingStudy[] {
  return contents(got, 'ImagingStudy').map((content) => imagingStudy.parse(content));
}

/** The only study of a page, or the one that was read. */
export function studyOf(got: Got): ImagingStudy {
  const json = resource.parse(JSON.parse(got.text));
  const found = json.resourceType === 'Bundle' ? studiesOf(got) : [json];
  const [study] = found;
  if (study === undefined || found.length > 1) throw new Error(`not one study: ${got.text}`);
  return imagingStudy.parse(study);
}

/** Resources of one type on a page. */
export function contents(got: Got, type: string): z.output<typeof resource>[] {
  return bundleOf(got)
    .entry.map(({ content }) => content)
    .filter(({ resourceType }) => resourceType === type);
}

/** The Study Instance UIDs of a page, in order. */
export function uidsOf(got: Got): string[] {
  return studiesOf(got).map(({ uid }) => (uid ?? '').replace('urn:oid:', ''));
}

/** Codes of the catalogue in a failure's OperationOutcome. */
export function codesOf({ text }: Got): string[] {
  return codesIn(JSON.parse(text));
}

/** Codes of what a page tells beside its studies. */
export function noticesOf(got: Got): string[] {
  return contents(got, 'OperationOutcome').flatMap(codesIn);
}

function codesIn(json: unknown): string[] {
  return outcome.parse(json).issue.flatMap((each) => each.extension[0]?.valueCode ?? []);
}

/** The href of a link of a page. */
export function linkOf(got: Got, rel: string): string | undefined {
  return bundleOf(got).link.find((link) => link.rel === rel)?.href;
}

/** Every page of a search, following `next`; refuses to run for ever. */
export async function allPages(running: Running, target: string): Promise<Got[]> {
  const pages: Got[] = [];
  for (let next: string | undefined = target; next !== undefined;) {
    const got = await running.get(next);
    pages.push(got);
    next = linkOf(got, 'next');
    if (pages.length > 500) throw new Error('the pages do not end');
  }
  return pages;
}
