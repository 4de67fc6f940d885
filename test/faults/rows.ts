import {
  bundleOf,
  codesOf,
  noticesOf,
  startGateway,
  uidsOf,
  type Got,
  type Running,
} from '../gateway/running';
import { startFaultArchive, type FaultArchive, type Fault } from './faultArchive';

/** A fault, what the gateway answers, and what may remain of it. */
export interface Row {
  /** Number in the fault list. */
  readonly id: string;
  readonly fault: string;
  /** What the client gets, in the words of {@link wordsOf} or of `run`. */
  readonly answer: string;
  /** The longest that it may take, in milliseconds. */
  readonly withinMs: number;
  /** Megabytes that the process, archive included, may grow by. */
  readonly withinMb?: number;
  /** What is remembered of it afterwards. */
  readonly cached: 'nothing' | 'the answer' | 'not asked';
  readonly env?: Readonly<Record<string, string>>;
  /** Brings the fault about, asks, and says what came. */
  run(stand: Stand): Promise<string>;
}

/** A gateway before an archive that can be broken. */
export interface Stand {
  archive: FaultArchive;
  readonly gateway: Running;
}

/** Deadlines short enough for a suite; the ratios are those of the defaults. */
const QUICK = {
  PACS_DIALECT: 'generic',
  PACS_CONNECT_TIMEOUT_MS: '400',
  PACS_SEARCH_FIRST_BYTE_MS: '1000',
  PACS_SEARCH_TIMEOUT_MS: '1500',
  PACS_FIRST_BYTE_TIMEOUT_MS: '800',
  PACS_IDLE_TIMEOUT_MS: '400',
  PACS_BREAKER_OPEN_MS: '300',
};

/** Starts both; the archive has answered once, so that it is known what it is. */
export async function startStand(env: Readonly<Record<string, string>> = {}): Promise<Stand> {
  const archive = await startFaultArchive();
  const gateway = await startGateway(archive.url, { ...QUICK, ...env });
  await gateway.get('ImagingStudy?subject.identifier=nobody');
  return { archive, gateway };
}

export async function stopStand({ archive, gateway }: Stand): Promise<void> {
  await gateway.close();
  await archive.close();
}

/** An answer in short: the studies and notices of a page, or status and code of a failure. */
function wordsOf(got: Got): string {
  if (got.status !== 200) return `${got.status} ${codesOf(got).join(', ')}`;
  const { totalResults } = bundleOf(got);
  const notices = [...new Set(noticesOf(got))].map((code) => ` + ${code}`);
  return `200, ${uidsOf(got).length} of ${totalResults ?? 'unknown'}${notices.join('')}`;
}

export const search = async ({ gateway }: Stand, query = 'ImagingStudy') =>
  wordsOf(await gateway.get(query));

/** A row whose fault is one of the archive's answers to a study search. */
export function searchRow(
  row: Omit<Row, 'run' | 'withinMs'> & { withinMs?: number },
  fault: Fault,
): Row {
  return {
    withinMs: 1000,
    ...row,
    run(stand) {
      stand.archive.fault = fault;
      return search(stand);
    },
  };
}
