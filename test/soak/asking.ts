import { PATIENTS } from './breaking';
import { chooseRequest, type Wanted } from './requests';
import { count, type Tally } from './tally';

/** Longer than all deadlines of the gateway that one request may run into, one after the other. */
const DEADLINE_MS = 60_000;
/** Clients that leave do so within this time. */
const LEAVES_WITHIN_MS = 40;
/** A good answer, or a failure that is told. */
const EXPECTED = new Set([200, 502, 503, 504]);

/** Asks one request of the mix after the other, and checks the answers. */
export interface Asking {
  /** Asks one about any patient; fails never. */
  one(): Promise<void>;
  ask(wanted: Wanted, patient: number): Promise<void>;
}

/** @param url of the gateway */
export function createAsking(url: string, tally: Tally): Asking {
  /** The tags of the last answers, by target: of a few hundred studies in a few forms. */
  const tags = new Map<string, string>();

  async function ask(wanted: Wanted, patient: number): Promise<void> {
    const { target, tag } = wanted;
    const known = tag === 'foreign' ? '"nobody"' : tag && tags.get(target);
    const headers = { ...wanted.headers, ...(known !== undefined && { 'If-None-Match': known }) };
    const leaving = new AbortController();
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    const signal = AbortSignal.any([deadline, leaving.signal]);
    if (wanted.leaves) setTimeout(() => leaving.abort(), Math.random() * LEAVES_WITHIN_MS);
    tally.asked += 1;
    const started = performance.now();
    let begun = false;
    try {
      const response = await fetch(url + target, { headers, signal });
      begun = response.status === 200;
      const text = Buffer.from(await response.arrayBuffer()).toString('latin1');
      tally.answered += 1;
      tally.times.push(performance.now() - started);
      const { status } = response;
      tally.byStatus.set(status, (tally.byStatus.get(status) ?? 0) + 1);
      const etag = response.headers.get('ETag');
      if (status === 200 && etag !== null) tags.set(target, etag);
      if (status === 200) checkContent(tally, wanted, patient, text);
      else if (!isExpected(status, tag, known)) count(tally, 'unexpected', `${status} ${target}`);
    } catch (error) {
      if (leaving.signal.aborted) tally.left += 1;
      else if (begun && wanted.streams && !deadline.aborted) tally.broken += 1;
      else
        count(
          tally,
          'unanswered',
          `${reasonOf(error)} after ${Math.round(performance.now() - started)} ms ${target}`,
        );
    }
  }

  return {
    ask,
    one() {
      const patient = PATIENTS.first + Math.floor(Math.random() * PATIENTS.count);
      return ask(chooseRequest(patient), patient);
    },
  };
}

/** `ECONNRESET`, or what else fetch says of a failure. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
}

/** "Not modified" is an answer to those who named a tag that an answer had. */
function isExpected(status: number, tag: Wanted['tag'], known: string | undefined): boolean {
  return EXPECTED.has(status) || (status === 304 && tag === 'known' && known !== undefined);
}

/** Whose it is shows in its UIDs and in its patient ids, whatever form it has. */
function checkContent(tally: Tally, wanted: Wanted, patient: number, text: string): void {
  const uids = Array.from(text.matchAll(/\b1\.3\.(\d{4})\.\d/g), ([, number]) => number);
  const ids = Array.from(text.matchAll(/["'|>]P(\d{4})\b/g), ([, number]) => number);
  const named = [...uids, ...ids];
  if (named.some((number) => Number(number) !== patient)) tally.wrongPatient += 1;
  if (named.length === 0)
    count(tally, 'unexpected', `nothing of the patient’s at ${wanted.target}`);
  const blocks = text.matchAll(/\b1\.3\.\d{4}\.\d \.{9}/g);
  if (wanted.blocks !== undefined && Array.from(blocks).length !== wanted.blocks)
    tally.partAsWhole += 1;
}
