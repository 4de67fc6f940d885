import type { Children } from './child';
import { watchMemory, type Growth } from './memory';
import { median, ratioOf, takeTurns } from './rounds';
import { receive, type Received, type Transfer } from './transfer';
import { mostOf, type Found } from './largest';

/** One way of retrieving, through the gateway and from the archive itself; medians of the rounds. */
export interface Retrieval {
  /** For example `study.zip`. */
  readonly name: string;
  readonly title: string;
  readonly bytes: number;
  /** Bytes a second. */
  readonly gateway: number;
  readonly direct: number;
  readonly ratio: number;
  /** CPU time of the gateway's process for 1 GB, in milliseconds. */
  readonly cpuMs: number;
  readonly growth: Growth;
}

/** Where and how long to measure. */
export interface RetrievalSettings {
  /** The archive's DICOMweb root; no trailing slash. */
  readonly archive: string;
  readonly authorization: string | undefined;
  readonly rounds: number;
  readonly budgetMs: number;
}

/** What is retrieved, and how; of the archive itself it is always had in parts. */
interface Way {
  readonly name: string;
  readonly title: string;
  readonly path: string;
  readonly accept: string;
  /** @throws Error when the answer is not what was asked for, or not whole */
  readonly check: (received: Received, direct: Received) => void;
}

const PARTS = 'multipart/related; type="application/dicom"; transfer-syntax=*';
const GB = 1e9;

/** Measures each way with a gateway of its own, so that its memory is that of the one way. */
export async function measureRetrievals(
  children: Children,
  { study, instance, instances }: Found,
  settings: RetrievalSettings,
): Promise<Retrieval[]> {
  const many = `study of ${instances} instances`;
  const ways: Way[] = [
    {
      name: 'instance',
      title: 'one instance, multipart',
      path: instance,
      accept: PARTS,
      check: isMultipart,
    },
    {
      name: 'instance.file',
      title: 'one instance, file',
      path: instance,
      accept: 'application/dicom',
      check: isFile,
    },
    { name: 'study', title: `${many}, multipart`, path: study, accept: PARTS, check: isMultipart },
    {
      name: 'study.zip',
      title: `${many}, ZIP`,
      path: study,
      accept: 'application/zip',
      check: isZipOf(instances),
    },
  ];
  const measured: Retrieval[] = [];
  for (const each of ways) {
    const budgetMs = settings.budgetMs / ways.length;
    measured.push(await measure(children, each, { ...settings, budgetMs }));
  }
  return measured;
}

async function measure(
  children: Children,
  { name, title, path, accept, check }: Way,
  { archive, authorization, rounds, budgetMs }: RetrievalSettings,
): Promise<Retrieval> {
  const gateway = await children.start('gateway', { PACS_URL: archive });
  await mostOf(gateway.url);
  const ours: Transfer = { url: `${gateway.url}/dicom-web${path}`, accept };
  const theirs: Transfer = { url: archive + path, accept: PARTS, authorization };
  const received = { ours: [] as Received[], theirs: [] as Received[] };
  const used: number[] = [];
  const measures = {
    gateway: async () => {
      const before = await gateway.usage();
      received.ours.push(await receive(ours));
      const after = await gateway.usage();
      used.push((after.cpuMicros - before.cpuMicros) / 1000);
      return rateOf(received.ours);
    },
    direct: async () => {
      received.theirs.push(await receive(theirs));
      return rateOf(received.theirs);
    },
  };
  const { growth, result } = await watchMemory(gateway, () =>
    takeTurns(measures, rounds, budgetMs),
  );
  await gateway.stop();
  received.ours.forEach((one, round) => {
    check(one, received.theirs[round] ?? one);
  });
  const bytes = median(received.ours.map((one) => one.bytes));
  return {
    name,
    title,
    bytes,
    gateway: median(result.gateway),
    direct: median(result.direct),
    ratio: ratioOf(result.gateway, result.direct),
    cpuMs: (median(used) / bytes) * GB,
    growth,
  };
}

/** Bytes a second of the last transfer. */
function rateOf(received: readonly Received[]): number {
  const { bytes, ms } = received.at(-1) ?? { bytes: NaN, ms: NaN };
  return (bytes / ms) * 1000;
}

/** The gateway passes parts on as they are; how an archive delimits them may differ from answer to answer. */
function isMultipart({ bytes, contentType, tail }: Received, direct: Received): void {
  const boundary = /boundary="?([^";]+)/.exec(contentType)?.[1] ?? 'none';
  const ends = tail.includes(`--${boundary}--`);
  if (!ends || Math.abs(bytes - direct.bytes) > direct.bytes / 100) throw wrong(bytes, direct);
}

function isFile({ bytes, contentType }: Received, direct: Received): void {
  const few = bytes < direct.bytes * 0.9 || bytes > direct.bytes;
  if (contentType !== 'application/dicom' || few) throw wrong(bytes, direct);
}

/** The end of a ZIP's central directory tells how many files there are (APPNOTE 4.3.16). */
function isZipOf(instances: number) {
  return ({ bytes, tail }: Received, direct: Received): void => {
    const end = tail.lastIndexOf('PK\x05\x06');
    const files = end < 0 ? 0 : tail.readUInt16LE(end + 10);
    if (files !== instances || bytes < direct.bytes * 0.9) throw wrong(bytes, direct);
  };
}

function wrong(bytes: number, direct: Received): Error {
  return new Error(
    `a retrieval brought ${bytes} bytes that are not the ${direct.bytes} of the archive`,
  );
}
