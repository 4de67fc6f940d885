import { createAsking, type Asking } from './asking';
import { startBreakingArchive } from './breaking';
import { helpText, readOptions, type SoakOptions } from './options';
import type { Point } from './slope';
import { startSubject, type Subject } from './subject';
import { emptyTally, statusesOf, type Tally } from './tally';
import { checksOf, write } from './verdict';

/*
 * Asks a gateway in a process of its own at a steady rate, before an archive that fails now and then, and ends with a
 * verdict: `npm run soak -- --minutes 60 --rate 20 --faults 0.01`. Exit code 1 for one that is not good throughout.
 */

const LOOK_MS = 2000;
const COLLECT_MS = 10_000;
const TELL_MS = 60_000;

interface Samples {
  readonly held: Point[];
  readonly resident: Point[];
  readonly descriptors: Point[];
}

/** Looks into the process now and then. @returns ends it */
function watch(subject: Subject, hours: () => number, samples: Samples): () => Promise<void> {
  const look = () => {
    const { resident, descriptors } = subject.usage();
    samples.resident.push([hours(), resident]);
    samples.descriptors.push([hours(), descriptors]);
  };
  const collect = async () => void samples.held.push([hours(), await subject.held()]);
  const looking = setInterval(look, LOOK_MS);
  const collecting = setInterval(() => void collect(), COLLECT_MS);
  return async () => {
    clearInterval(looking);
    clearInterval(collecting);
    look();
    await collect();
  };
}

function tell(minute: number, tally: Tally, { held, resident, descriptors }: Samples): void {
  const [inUse = 0, physical = 0, files = 0] = [held, resident, descriptors].map(
    (points) => points.at(-1)?.[1] ?? 0,
  );
  const { asked, wrongPatient, unanswered, unexpected, broken } = tally;
  process.stdout.write(
    `minute ${minute}: ${asked} asked (${statusesOf(tally)}), ${broken} broken off, ${unanswered} unanswered, ` +
      `${wrongPatient} of a wrong patient, ${unexpected} unexpected; ${inUse.toFixed(1)} MB in use, ` +
      `${physical.toFixed(0)} MB physical, ${files} descriptors\n`,
  );
}

/** Asks at the rate until the time is over, and waits for the last answer. */
async function askFor({ minutes, rate }: SoakOptions, asking: Asking): Promise<void> {
  const until = performance.now() + minutes * 60_000;
  const running = new Set<Promise<void>>();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const one = asking.one().finally(() => running.delete(one));
      running.add(one);
      if (performance.now() < until) return;
      clearInterval(timer);
      resolve();
    }, 1000 / rate);
  });
  await Promise.all(running);
}

/** @returns whether all was good */
async function soak(options: SoakOptions): Promise<boolean> {
  const archive = await startBreakingArchive(options.faults);
  const subject = await startSubject(archive.url);
  if (options.leak > 0) subject.leak(options.leak);
  const tally = emptyTally();
  const samples: Samples = { held: [], resident: [], descriptors: [] };
  const since = performance.now();
  const hours = () => (performance.now() - since) / 3_600_000;
  const endWatch = watch(subject, hours, samples);
  const telling = setInterval(() => tell(Math.round(hours() * 60), tally, samples), TELL_MS);
  await askFor(options, createAsking(subject.url, tally));
  clearInterval(telling);
  await endWatch();
  const checks = checksOf(samples, tally, archive.told.broken, options);
  process.stdout.write(write(checks, tally));
  await subject.stop();
  await archive.close();
  return checks.every(({ outcome }) => outcome === 'good');
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(helpText());
    return;
  }
  process.exit((await soak(options)) ? 0 : 1);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
