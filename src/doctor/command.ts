import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Settings } from '../config';
import { streamSettings } from '../gateway/limits';
import { SETTINGS } from '../settings';
import { examineArchive, type Progress } from './report';
import { writeReport } from './text';

/** What the command is given by the process. */
export interface DoctorIo {
  /** The settings, which the command line overrides. @throws SettingsError */
  settings(): Settings;
  /** Standard output: the report, and nothing else. */
  out(text: string): void;
  /** Standard error: progress, and what is wrong with the command line. */
  err(text: string): void;
  /** Whether standard output is a terminal that wants colours (NO_COLOR is not set). */
  readonly colours: boolean;
  /** Whether standard error is a terminal, so that progress may be written over itself. */
  readonly terminal: boolean;
}

const ERASE_LINE = '\r\x1b[2K';

/** What it is asked on the command line. */
export interface DoctorAsked {
  /** DICOMweb root of the archive; without it PACS_URL. */
  readonly url?: string | undefined;
  /** The report as JSON. */
  readonly json?: boolean | undefined;
  readonly username?: string | undefined;
  /** Path of a file that holds a bearer token at the archive. */
  readonly tokenFile?: string | undefined;
  /** Seconds, as they were written. */
  readonly timeout?: string | undefined;
}

const failure = z.object({ name: z.string(), message: z.string() });

/** Something on the command line cannot be used. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * `dicomweb-fhir-gateway doctor`: examines an archive and writes the report.
 *
 * @returns the exit code: 0 good, 1 warnings, 2 unusable, be it the archive or the command line
 */
export async function runDoctor(asked: DoctorAsked, io: DoctorIo): Promise<number> {
  try {
    const settings = settingsOf(io.settings(), asked);
    const report = await examineArchive(
      streamSettings(settings),
      timeoutOf(asked.timeout, settings),
      progressTo(io),
    );
    if (io.terminal) io.err(ERASE_LINE);
    io.out(
      asked.json ? `${JSON.stringify(report, undefined, 2)}\n` : writeReport(report, io.colours),
    );
    return report.exitCode;
  } catch (error) {
    const words = wordsOf(error);
    if (words === undefined) throw error;
    io.err(`${words}\n`);
    return 2;
  }
}

/** Words about what the user can mend; undefined for a fault of the program. */
function wordsOf(error: unknown): string | undefined {
  const parsed = failure.safeParse(error);
  if (!parsed.success) return undefined;
  const { name, message } = parsed.data;
  return ['UsageError', 'SettingsError'].includes(name) ? message : undefined;
}

function settingsOf(
  settings: Settings,
  { url, username, tokenFile }: DoctorAsked,
): Settings & { readonly 'pacs.url': string } {
  const root = url === undefined ? settings['pacs.url'] : readUrl(url);
  if (root === undefined) {
    throw new UsageError(
      'doctor needs a URL, for example http://127.0.0.1:8042/dicom-web, or PACS_URL.',
    );
  }
  return {
    ...settings,
    'pacs.url': root,
    ...(username !== undefined && { 'pacs.username': username }),
    ...(tokenFile !== undefined && { 'pacs.token': readToken(tokenFile) }),
  };
}

function readUrl(url: string): string | undefined {
  const row = SETTINGS['pacs.url'];
  const parsed = row.schema.safeParse(url);
  if (parsed.success) return parsed.data;
  throw new UsageError(`The URL must be ${row.form}, without a name or password in it.`);
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new UsageError('--token-file names a file that cannot be read.');
  }
}

function timeoutOf(text: string | undefined, settings: Settings): number {
  if (text === undefined) return settings['doctor.timeoutMs'];
  const seconds = z.coerce.number().min(1).max(3600).safeParse(text);
  if (seconds.success) return seconds.data * 1000;
  throw new UsageError('--timeout must be seconds, 1 to 3600, for example --timeout 60.');
}

/** A line that is written over itself on a terminal, a line a probe elsewhere. */
function progressTo(io: DoctorIo): Progress {
  return (done, of, title, calls) => {
    const text = `${done + 1} of ${of}: ${title} (${calls} calls so far)`;
    io.err(io.terminal ? `${ERASE_LINE}${text}` : `${text}\n`);
  };
}
