import { parseArgs } from 'node:util';
import { z } from 'zod';

/** How a soak is run. */
export interface SoakOptions {
  readonly minutes: number;
  /** Requests a second. */
  readonly rate: number;
  /** Share of the archive's answers that are faults, 0 to 1. */
  readonly faults: number;
  /** Minutes of which the memory is not judged, at least; nor is a run that is not twice as long. */
  readonly warmup: number;
  /** Megabytes an hour by which what the process holds may grow, once it has warmed up. */
  readonly slope: number;
  /** Megabytes an hour that the process is made to lose, to see that the verdict finds it. */
  readonly leak: number;
}

/** THE TABLE of arguments: default, what it may be, meaning. */
const ARGUMENTS = {
  minutes: ['60', z.coerce.number().positive(), 'how long to ask'],
  rate: ['20', z.coerce.number().positive().max(1000), 'requests a second'],
  faults: [
    '0.01',
    z.coerce.number().min(0).max(1),
    'share of the archive’s answers that are faults',
  ],
  warmup: [
    '15',
    z.coerce.number().positive(),
    'minutes of which the memory is not judged, at least; of a run that is not twice as long it is not judged at all',
  ],
  slope: [
    '5',
    z.coerce.number().positive(),
    'megabytes an hour by which what the process holds may grow after that',
  ],
  leak: [
    '0',
    z.coerce.number().min(0),
    'megabytes an hour that the process is made to lose, to see that this is found',
  ],
} as const satisfies Record<keyof SoakOptions, readonly [string, z.ZodType<number>, string]>;

const text = { type: 'string' } as const;
const OPTIONS = {
  minutes: text,
  rate: text,
  faults: text,
  warmup: text,
  slope: text,
  leak: text,
  help: { type: 'boolean', short: 'h' },
} as const;

const HELP = `npm run soak -- [--minutes 60] [--rate 20] [--faults 0.01]

Asks a gateway in a process of its own at a steady rate, before an archive that fails now and then: searches, reads,
conditional requests and retrievals, in all releases, as JSON and XML, and some clients leave early. Tells how it goes
once a minute, and ends with a verdict. Exit code 0: all is good. 1: something is not, or could not be told.

`;

/** @returns undefined where only help was wanted; @throws Error that names what is wrong */
export function readOptions(args: readonly string[]): SoakOptions | undefined {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help === true) return undefined;
  const read = (name: keyof SoakOptions) => {
    const [byDefault, schema] = ARGUMENTS[name];
    const { data } = schema.safeParse(values[name] ?? byDefault);
    if (data === undefined)
      throw new Error(
        `--${name} ${String(values[name])}: write for example --${name} ${byDefault}`,
      );
    return data;
  };
  return {
    minutes: read('minutes'),
    rate: read('rate'),
    faults: read('faults'),
    warmup: read('warmup'),
    slope: read('slope'),
    leak: read('leak'),
  };
}

/** The text of `--help`. */
export function helpText(): string {
  const lines = Object.entries(ARGUMENTS).map(
    ([name, [byDefault, , meaning]]) => `  --${name.padEnd(8)} ${meaning} (${byDefault})`,
  );
  return `${HELP}${lines.join('\n')}\n  --help     this text\n`;
}
