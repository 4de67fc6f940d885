import type { DialectAdvice, FlagCompared } from './dialect';
import type { Verdict } from './finding';
import type { Line, Report } from './report';

/** Columns of the report. */
const WIDTH = 100;
const INDENT = 12;
const WORDS: Readonly<Record<Verdict, string>> = {
  good: 'good',
  note: 'note',
  warning: 'WARNING',
  unusable: 'UNUSABLE',
  unknown: 'not known',
};
/** Colours of terminals (ECMA-48 SGR). */
const COLOURS: Readonly<Record<Verdict, number>> = {
  good: 32,
  note: 36,
  warning: 33,
  unusable: 31,
  unknown: 90,
};
const CONCLUSIONS: Readonly<Record<Report['verdict'], string>> = {
  good: 'The gateway can be put in front of this archive.',
  warnings: 'The gateway can be put in front of this archive; see the warnings.',
  unusable: 'The gateway cannot be put in front of this archive as it is.',
};

/**
 * Writes a report for people.
 *
 * @param colours whether it goes to a terminal that wants them
 */
export function writeReport(report: Report, colours: boolean): string {
  const { archive, calls, mostCalls, ms, lines, dialect, settingsBlock, verdict, exitCode } =
    report;
  const seconds = (ms / 1000).toFixed(1);
  return [
    `The archive at ${archive}, by ${calls} calls (of ${mostCalls} at most) in ${seconds} s`,
    ...sections(lines, colours),
    ...(dialect === undefined ? [] : writeDialect(dialect)),
    ...(settingsBlock === ''
      ? []
      : ['', 'Settings', ...settingsBlock.trim().split('\n').map(indented)]),
    '',
    `${CONCLUSIONS[verdict]} (${countsOf(lines)}; exit code ${exitCode})`,
    '',
  ].join('\n');
}

function sections(lines: readonly Line[], colours: boolean): string[] {
  return lines.flatMap((line, at) => [
    ...(lines[at - 1]?.probe === line.probe ? [] : ['', line.title]),
    ...writeLine(line, colours),
  ]);
}

function writeLine({ what, verdict, evidence, advice }: Line, colours: boolean): string[] {
  const [first = '', ...rest] = wrap(`${what}: ${evidence}`);
  const word = WORDS[verdict].padEnd(INDENT - 2);
  const shown = colours ? `\x1b[${COLOURS[verdict]}m${word}\x1b[0m` : word;
  const blank = ' '.repeat(INDENT);
  return [
    `  ${shown}${first}`,
    ...rest.map((text) => blank + text),
    ...(advice === undefined ? [] : wrap(`-> ${advice}`).map((text) => blank + text)),
  ];
}

function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    const fits = last === '' || INDENT + last.length + 1 + word.length <= WIDTH;
    if (fits) lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function indented(text: string): string {
  return `  ${text}`;
}

function writeDialect({ suggested, byItself, compared }: DialectAdvice): string[] {
  const set =
    suggested === byItself
      ? `${suggested}, as the gateway finds by itself`
      : `PACS_DIALECT=${suggested}; by itself the gateway takes it for ${byItself}`;
  return [
    '',
    'Dialect',
    `  ${set}`,
    ...compared.flatMap(({ name, flags }) => flagLines(name, flags)),
  ];
}

/** Only what differs: all flags are in the JSON. */
function flagLines(name: string, flags: readonly FlagCompared[]): string[] {
  const differing = flags.filter(({ stands }) => stands !== 'same' && stands !== 'unseen');
  if (differing.length === 0) return [`  ${name}: no flag differs`];
  return [
    `  ${name}:`,
    ...differing.map(
      ({ flag, dialect, archive, stands }) =>
        `    ${stands}: ${flag} is ${dialect}, the archive showed ${archive}`,
    ),
  ];
}

function countsOf(lines: readonly Line[]): string {
  const verdicts = ['good', 'note', 'warning', 'unusable', 'unknown'] as const;
  return verdicts
    .map((verdict) => [lines.filter((line) => line.verdict === verdict).length, verdict] as const)
    .filter(([count]) => count > 0)
    .map(([count, verdict]) => `${count} ${WORDS[verdict].toLowerCase()}`)
    .join(', ');
}
