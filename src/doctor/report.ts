import { Problem } from '../errors';
import type { ExamineSettings } from '../pacs/examine';
import { adviseDialect, gather, type DialectAdvice } from './dialect';
import { createExamination, MOST_CALLS, type Examination } from './examination';
import {
  Ended,
  Unanswered,
  VERDICTS,
  type Advised,
  type Finding,
  type Probe,
  type Verdict,
} from './finding';
import { PROBES } from './probes';
import { product, type Product } from './product';

/** A finding, with the probe that made it. */
export interface Line {
  readonly probe: string;
  readonly title: string;
  readonly what: string;
  readonly verdict: Verdict;
  readonly evidence: string;
  readonly advice?: string;
}

/** What the doctor found. No part of it holds anything of a patient. */
export interface Report {
  /** DICOMweb root that was examined. */
  readonly archive: string;
  readonly verdict: 'good' | 'warnings' | 'unusable';
  /** 0 good, 1 warnings or not all was asked, 2 unusable. */
  readonly exitCode: 0 | 1 | 2;
  readonly lines: readonly Line[];
  /** Absent where the archive showed nothing to compare. */
  readonly dialect?: DialectAdvice;
  /** What differs from the defaults. */
  readonly settings: readonly Advised[];
  /** The same as lines of an environment file; what somebody has to fill in is a comment. */
  readonly settingsBlock: string;
  readonly calls: number;
  readonly mostCalls: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** Told before each probe. */
export type Progress = (done: number, of: number, title: string, calls: number) => void;

/**
 * Examines an archive: every probe of the list, one after the other, at most two calls at once.
 *
 * @param timeoutMs how long all of it may take
 */
export async function examineArchive(
  settings: ExamineSettings,
  timeoutMs: number,
  progress: Progress = () => undefined,
): Promise<Report> {
  const started = performance.now();
  const examination = createExamination(settings, timeoutMs);
  try {
    const { findings, known } = await runAll(examination, progress);
    const ms = Math.round(performance.now() - started);
    return {
      ...conclude(settings, findings, known),
      calls: examination.calls(),
      mostCalls: MOST_CALLS,
      ms,
    };
  } finally {
    examination.close();
  }
}

/** A finding, and the probe it is of; `ended`: it could not be asked any more. */
interface Made {
  readonly probe: Probe;
  readonly finding: Finding;
  readonly ended?: true;
}

async function runAll(
  examination: Examination,
  progress: Progress,
): Promise<{ readonly findings: readonly Made[]; readonly known: Product | undefined }> {
  const findings: Made[] = [];
  for (const [done, probe] of PROBES.entries()) {
    progress(done, PROBES.length, probe.title, examination.calls());
    const made = await make(probe, examination);
    findings.push(...made);
    if (done === 0 && made.some(({ finding }) => finding.verdict === 'unusable')) {
      return { findings, known: undefined };
    }
  }
  const known = await product(examination).catch(() => undefined);
  return { findings, known };
}

async function make(probe: Probe, examination: Examination): Promise<readonly Made[]> {
  try {
    return (await probe.run(examination)).map((finding) => ({ probe, finding }));
  } catch (error) {
    return [failed(probe, error)];
  }
}

function failed(probe: Probe, error: unknown): Made {
  const what = 'not all of it could be asked';
  if (error instanceof Ended) {
    const finding: Finding = { what, verdict: 'unknown', evidence: error.message };
    return { probe, finding, ended: true };
  }
  if (error instanceof Unanswered) {
    return { probe, finding: { what, verdict: 'unknown', evidence: error.message } };
  }
  if (!(error instanceof Problem)) throw error;
  const advice =
    'See the log of the archive; what it does not answer here it will not answer the gateway.';
  const evidence = `${error.code}: ${error.message}`;
  return { probe, finding: { what, verdict: 'warning', evidence, advice } };
}

function conclude(
  settings: ExamineSettings,
  made: readonly Made[],
  known: Product | undefined,
): Omit<Report, 'calls' | 'mostCalls' | 'ms'> {
  const findings = made.map(({ finding }) => finding);
  const worst = Math.max(...findings.map(({ verdict }) => VERDICTS.indexOf(verdict)));
  const unusable = VERDICTS[worst] === 'unusable';
  const ended = made.some((each) => each.ended);
  const warns = VERDICTS[worst] === 'warning' || ended;
  const found = gather(findings.map((finding) => finding.found));
  const dialect = known && adviseDialect(found, known);
  const advised = dialect === undefined ? [] : settingsOf(settings, findings, dialect);
  return {
    archive: settings.url,
    verdict: unusable ? 'unusable' : warns ? 'warnings' : 'good',
    exitCode: unusable ? 2 : warns ? 1 : 0,
    lines: made.map(lineOf),
    ...(dialect && { dialect }),
    settings: advised,
    settingsBlock: advised.map(settingLines).join(''),
  };
}

function lineOf({ probe, finding }: Made): Line {
  const { what, verdict, evidence, advice } = finding;
  const { id, title } = probe;
  return { probe: id, title, what, verdict, evidence, ...(advice !== undefined && { advice }) };
}

/** The settings that the archive needs, none of them twice. Credentials are never repeated. */
function settingsOf(
  { url }: ExamineSettings,
  findings: readonly Finding[],
  { suggested, byItself }: DialectAdvice,
): readonly Advised[] {
  const dialect = {
    env: 'PACS_DIALECT',
    value: suggested,
    why: 'what the archive showed fits it best',
  };
  const advised = findings.flatMap(({ settings = [] }) => settings);
  const all = [
    { env: 'PACS_URL', value: url, why: 'the root that was examined' },
    ...(suggested === byItself ? [] : [dialect]),
    ...advised,
  ];
  return [...new Map(all.map((each) => [each.env, each])).values()];
}

function settingLines({ env, value, why, fillIn }: Advised): string {
  return `# ${env}: ${why}\n${fillIn ? '# ' : ''}${env}=${value}\n`;
}
