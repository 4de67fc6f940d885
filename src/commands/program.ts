import { Command, CommanderError } from 'commander';
import { checkConfig } from './checkConfig';
import { demo } from './demo';
import { doctor } from './doctor';
import { health } from './health';
import { printConfig } from './printConfig';
import { serve } from './serve';
import type { Shell } from './shell';

/** What a command was given on the command line. */
interface Given {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** One command. */
interface CommandRow {
  readonly name: string;
  readonly summary: string;
  /** What its own help says beside the options. */
  readonly help: string;
  /** Words after it, as `[name]` or `<name>` for one that must be there, each with its meaning. */
  readonly words?: readonly (readonly [name: string, meaning: string])[];
  readonly options?: readonly (readonly [flags: string, meaning: string])[];
  /** @returns exit code, once nothing is left that keeps the process */
  run(shell: Shell, given: Given): Promise<number>;
}

/** THE TABLE of commands; help and the command line are made from it. */
const COMMANDS: readonly CommandRow[] = [
  {
    name: 'serve',
    summary: 'in front of the archive at PACS_URL; the default',
    help: `
Takes SIGTERM or SIGINT to end: running requests have SERVER_SHUTDOWN_MS.
Takes SIGHUP to read the settings again; what needs a restart is named in the log.
WORKERS=n answers by n processes.

  PACS_URL=http://127.0.0.1:8042/dicom-web dicomweb-fhir-gateway serve`,
    run: serve,
  },
  {
    name: 'demo',
    summary: 'in front of a small archive of its own, to try it out',
    help: '\nNeeds neither PACS nor settings, and prints requests to paste.\n\n  PORT=0 dicomweb-fhir-gateway demo',
    run: demo,
  },
  {
    name: 'doctor',
    summary: 'what an archive does, and which settings it needs',
    help: `
Credentials and deadlines of the PACS_* settings hold, too. The report goes to standard output, progress to standard
error; neither holds anything of a patient. Exit codes: 0 good, 1 warnings, 2 unusable.

  dicomweb-fhir-gateway doctor http://127.0.0.1:8042/dicom-web`,
    words: [['[url]', 'DICOMweb root of the archive; without it PACS_URL']],
    options: [
      ['--json', 'the report as JSON'],
      ['--username <name>', 'user name at the archive; its password is PACS_PASSWORD'],
      ['--token-file <file>', 'file of a bearer token at the archive'],
      ['--timeout <seconds>', 'how long it may take in all, instead of DOCTOR_TIMEOUT_MS'],
    ],
    run: (shell, { words, options }) => doctor(shell, words, options),
  },
  {
    name: 'check-config',
    summary: 'whether serve would start with these settings; also --check',
    help: '\nTells all problems at once. Exit code 1 where there is one.',
    run: checkConfig,
  },
  {
    name: 'print-config',
    summary: 'all settings and where each comes from; secrets are not shown',
    help: '\nThe source is default, a file, or a variable of the environment.',
    options: [['--json', 'as JSON']],
    run: (shell, { options }) => printConfig(shell, { json: options.json === true }),
  },
  {
    name: 'health',
    summary: 'whether the gateway on this machine lives; for containers without curl',
    help: '\nAsks /health/live on HOST and HEALTH_PORT, or PORT where that is not set. Exit code 0 when it lives, else 1.',
    run: health,
  },
];

const TITLE = 'FHIR ImagingStudy, live from a PACS that speaks DICOMweb';
const FOOT = `
Settings are variables of the environment or files in the folder NODE_CONFIG_DIR; the README lists them.
Exit codes: 0 good, 1 failed, 2 for a command line that is not understood; doctor has 1 for warnings, 2 for unusable.`;
/** How the command line was before there were commands for everything. */
const FORMER: Readonly<Record<string, string>> = { '--check': 'check-config' };
const NOT_UNDERSTOOD = 2;

/**
 * Runs what the command line says; without a word, `serve`.
 *
 * @param args the command line without the program
 * @returns exit code: 2 for a command line that is not understood, which is told
 * @throws what the command throws
 */
export async function runProgram(args: readonly string[], shell: Shell): Promise<number> {
  let code = 0;
  const program = describeProgram(shell);
  for (const row of COMMANDS) {
    const command = describeCommand(program, row);
    command.action(async () => {
      refuseFurtherWords(command, row);
      const { args: words } = command;
      code = await row.run(shell, { words, options: command.opts() });
    });
  }
  const [first = 'serve', ...rest] = args;
  try {
    await program.parseAsync([FORMER[first] ?? first, ...rest], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : NOT_UNDERSTOOD;
  }
}

function describeProgram({ software, print, complain }: Shell): Command {
  return new Command(software.name)
    .description(TITLE)
    .version(software.version, '--version')
    .configureOutput({ writeOut: print, writeErr: complain })
    .addHelpText('after', FOOT)
    .showHelpAfterError('Try --help.')
    .exitOverride();
}

/** A command of commander's inherits output and exit of its program. */
function describeCommand(program: Command, row: CommandRow): Command {
  const command = program.command(row.name).summary(row.summary);
  command.description(row.summary).addHelpText('after', row.help).allowExcessArguments();
  for (const [name, meaning] of row.words ?? []) command.argument(name, meaning);
  for (const [flags, meaning] of row.options ?? []) command.option(flags, meaning);
  return command;
}

/** Commander's own words do not say which word is too much. */
function refuseFurtherWords(command: Command, { name, words = [] }: CommandRow): void {
  const further = command.args[words.length];
  if (further !== undefined) command.error(`error: ${name} does not understand '${further}'`);
}
