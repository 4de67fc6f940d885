#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { loadSettings, SettingsError, type Settings } from './config';
import { startDemoArchive } from './demo/archive';
import { demoStudies } from './demo/studies';
import { runDoctor } from './doctor/command';
import { Problem } from './errors';
import { createGateway, type Gateway } from './gateway';
import { listen, type Listening } from './listen';
import { createLogger, type Logger } from './observe/log';
import { welcome } from './welcome';

/*
 * The edge of the process: command line, settings, listening, signals. Nothing else reads `process`.
 */

const HELP = `dicomweb-fhir-gateway: FHIR ImagingStudy, live from a PACS that speaks DICOMweb

  dicomweb-fhir-gateway [serve]   in front of the archive at PACS_URL
  dicomweb-fhir-gateway demo      in front of a small embedded archive
  dicomweb-fhir-gateway doctor    what an archive does, and which settings it needs; see doctor --help
  dicomweb-fhir-gateway health    whether the gateway on HOST and PORT lives (exit code 0 or 1)

  --check     check the settings and exit
  --version   the version
  --help      this text

Settings are environment variables or files in config/; the README lists them.
`;

/** The date of this release, told in the conformance statement. */
const RELEASED = '2026-11-23';
const SOFTWARE = { name: 'dicomweb-fhir-gateway', version: packageVersion(), date: RELEASED };
const CONFIG_DIR = process.env.NODE_CONFIG_DIR ?? path.join(__dirname, '..', 'config');

async function main(): Promise<void> {
  // It has a command line of its own.
  if (process.argv[2] === 'doctor') return doctor(process.argv.slice(3));
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
      check: { type: 'boolean' },
    },
  });
  const [command = 'serve'] = positionals;
  if (values.help) print(HELP);
  else if (values.version) print(`${SOFTWARE.version}\n`);
  else await run(values.check ? 'check' : command, loadSettings(CONFIG_DIR, process.env));
}

async function run(command: string, settings: Settings): Promise<void> {
  const commands = new Map<string, (settings: Settings) => Promise<void>>([
    ['serve', serve],
    ['demo', demo],
    ['health', health],
    ['check', check],
  ]);
  const known = commands.get(command);
  if (known === undefined) {
    throw new SettingsError([`${command} is no command; serve, demo and health are`]);
  }
  await known(settings);
}

function check(): Promise<void> {
  print('The settings are good.\n');
  return Promise.resolve();
}

async function serve(settings: Settings): Promise<void> {
  const { 'pacs.url': pacsUrl } = settings;
  if (pacsUrl === undefined) {
    const text =
      'PACS_URL is missing: set it to the DICOMweb root of the archive, for example ' +
      'PACS_URL=http://127.0.0.1:8042/dicom-web (Orthanc) or ' +
      'PACS_URL=http://127.0.0.1:8080/dcm4chee-arc/aets/DCM4CHEE/rs (dcm4chee)';
    throw new SettingsError([text]);
  }
  const logger = createLogger(settings['log.level']);
  const { gateway, server } = await start({ ...settings, 'pacs.url': pacsUrl }, logger);
  logger.info(`FHIR is at ${server.url}/fhir, the archive at ${pacsUrl}`);
  stopOnSignal(settings, logger, server, gateway);
  await tellWhatArchiveIs(gateway, logger);
}

/** Says at once what the archive is, or what is wrong with it; the gateway runs on and answers errors. */
async function tellWhatArchiveIs(gateway: Gateway, logger: Logger): Promise<void> {
  try {
    const { product, dialect } = await gateway.probe();
    logger.info(`The archive is ${product}, treated as ${dialect.title}`);
    if (dialect.silentCap !== undefined) {
      logger.warn(
        `The archive tells of ${dialect.silentCap} studies at most: raise LimitFindResults`,
      );
    }
  } catch (error) {
    const problem = error instanceof Problem ? error : new Problem('internal-error', String(error));
    logger.error({ code: problem.code }, problem.message);
  }
}

async function demo(settings: Settings): Promise<void> {
  const archive = await startDemoArchive({ host: '127.0.0.1', port: 0 });
  const logger = createLogger(settings['log.level'] === 'info' ? 'warn' : settings['log.level']);
  const { gateway, server } = await start({ ...settings, 'pacs.url': archive.url }, logger);
  stopOnSignal(settings, logger, server, gateway, () => archive.close());
  const baseUrl = settings.publicBaseUrl ?? server.url;
  const wadoRoot =
    settings['wado.mode'] === 'proxy'
      ? `${baseUrl}/dicom-web`
      : (settings['wado.baseUrl'] ?? archive.url);
  print(welcome(baseUrl, archive.url, wadoRoot, demoStudies()));
}

async function start(
  settings: Settings & { readonly 'pacs.url': string },
  logger: Logger,
): Promise<{ gateway: Gateway; server: Listening }> {
  let url = '';
  const gateway = createGateway({
    settings,
    software: SOFTWARE,
    logger,
    publicBaseUrl: () => url,
  });
  const server = await listen(gateway.app, {
    host: settings.host,
    port: settings.port,
    keepAliveMs: settings['server.keepAliveMs'],
    requestTimeoutMs: settings['server.requestTimeoutMs'],
  });
  url = server.url;
  return { gateway, server };
}

/** Ends cleanly on SIGINT and SIGTERM: no longer ready, running requests finish, then the process is gone. */
function stopOnSignal(
  settings: Settings,
  logger: Logger,
  server: Listening,
  gateway: Gateway,
  afterwards: () => Promise<void> = () => Promise.resolve(),
): void {
  const stop = async () => {
    logger.info('stopping');
    gateway.drain();
    await server.stop(settings['server.shutdownMs']);
    await gateway.close();
    await afterwards();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
}

async function doctor(args: readonly string[]): Promise<void> {
  process.exitCode = await runDoctor(args, {
    settings: () => loadSettings(CONFIG_DIR, process.env),
    out: print,
    err: (text) => void process.stderr.write(text),
    colours: process.stdout.isTTY && !process.env.NO_COLOR,
    terminal: process.stderr.isTTY,
  });
}

/** For containers without curl: asks the running gateway on the configured port. */
function health(settings: Settings): Promise<void> {
  const host =
    settings.host === '0.0.0.0' ? '127.0.0.1' : settings.host === '::' ? '::1' : settings.host;
  return new Promise((resolve) => {
    const fail = () => {
      process.exitCode = 1;
      resolve();
    };
    get({ host, port: settings.port, path: '/health/live', timeout: 3000 }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else fail();
    })
      .on('error', fail)
      .on('timeout', fail);
  });
}

function packageVersion(): string {
  const file = readFileSync(path.join(__dirname, '..', 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(file)).version;
}

function print(text: string): void {
  process.stdout.write(text);
}

main().catch((error: unknown) => {
  const known = error instanceof SettingsError || (error instanceof Error && 'code' in error);
  process.stderr.write(`${known ? error.message : String((error as Error).stack)}\n`);
  process.exit(1);
});
