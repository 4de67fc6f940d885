import { held } from '../gateway/fakeArchive';
import {
  isStudySearch,
  respond,
  startFaultArchive,
  type Asked,
  type Fault,
  type FaultArchive,
} from '../faults/faultArchive';

/*
 * An archive that fails now and then. Whose a byte is shows in itself: every UID begins with the patient's number,
 * and a transfer names its study in each of its blocks.
 */

/** Numbers of the patients: `P1000` has studies `1.3.1000.1` to `.3`. */
export const PATIENTS = { first: 1000, count: 200 };
export const STUDIES_A_PATIENT = 3;
/** Instances of a study, and blocks of each: how much a whole transfer is. */
export const INSTANCES = 3;
export const BLOCKS = 64;

const BLOCK_BYTES = 1024;
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: ';
const JSON_HEAD = `${HEAD}application/dicom+json\r\nContent-Length: 500\r\n\r\n[{`;
/** How often a study is changed, by searches: what is remembered of it is void then. */
const CHANGED_EVERY = 50;

/** The archive, and how many transfers it has broken. */
export interface BreakingArchive {
  readonly url: string;
  readonly told: { faults: number; broken: number };
  close(): Promise<void>;
}

/** Faults of the list, in turn; the last one never answers. */
const SEARCH_FAULTS: readonly ((asked: Asked) => void)[] = [
  ({ socket }) => respond(socket, '', { status: 500 }),
  ({ socket }) => socket.resetAndDestroy(),
  ({ socket }) => socket.write(JSON_HEAD, () => socket.end()),
  ({ socket }) => respond(socket, '<!DOCTYPE html>'),
  ({ socket }) => respond(socket, '', { status: 429, headers: { 'Retry-After': '1' } }),
  () => undefined,
];

/** Transfers that end in the middle: by a reset, as if they were whole, and never. */
const TRANSFER_FAULTS: readonly ((asked: Asked, whole: Buffer) => void)[] = [
  (asked, whole) => begin(asked, whole, () => asked.socket.resetAndDestroy()),
  (asked, whole) => begin(asked, whole, () => asked.socket.end()),
  (asked, whole) => begin(asked, whole, () => undefined),
  ({ socket }) => respond(socket, '', { status: 500 }),
  () => undefined,
];

/** @param share of the answers that are faults, 0 to 1 */
export async function startBreakingArchive(share: number): Promise<BreakingArchive> {
  const archive = await startFaultArchive();
  const told = { faults: 0, broken: 0 };
  archive.studies.splice(0, archive.studies.length, ...holdings());
  let searches = 0;
  archive.fault = (asked) => {
    // What was asked is for tests to look at, and an hour of it would fill the memory.
    archive.asked.length = 0;
    const transfer = isTransfer(asked);
    if (!transfer && !isStudySearch(asked)) return 'honest';
    if (!transfer && (searches += 1) % CHANGED_EVERY === 0) changeOne(archive, searches);
    const breaks = Math.random() < share;
    if (breaks) told.faults += 1;
    if (breaks && transfer) told.broken += 1;
    return act(asked, { transfer, breaks, turn: told.faults });
  };
  return { url: archive.url, told, close: () => archive.close() };
}

function act(
  asked: Asked,
  { transfer, breaks, turn }: { transfer: boolean; breaks: boolean; turn: number },
): ReturnType<Fault> {
  if (!transfer) return breaks ? SEARCH_FAULTS[turn % SEARCH_FAULTS.length]?.(asked) : 'honest';
  const whole = filesOf(asked);
  if (breaks) return TRANSFER_FAULTS[turn % TRANSFER_FAULTS.length]?.(asked, whole);
  return void asked.socket.write(Buffer.concat([headOf(whole), whole]));
}

function holdings() {
  return Array.from({ length: PATIENTS.count * STUDIES_A_PATIENT }, (_, index) => {
    const patient = PATIENTS.first + Math.floor(index / STUDIES_A_PATIENT);
    return study(patient, (index % STUDIES_A_PATIENT) + 1, 'as it was');
  });
}

function study(patient: number, number: number, description: string) {
  const values = { PatientID: `P${patient}`, StudyDescription: description };
  return held(`1.3.${patient}.${number}`, values, INSTANCES);
}

function changeOne(archive: FaultArchive, turn: number): void {
  const index = Math.floor(Math.random() * archive.studies.length);
  const patient = PATIENTS.first + Math.floor(index / STUDIES_A_PATIENT);
  archive.studies[index] = study(patient, (index % STUDIES_A_PATIENT) + 1, `change ${turn}`);
}

function isTransfer({ path, headers }: Asked): boolean {
  return (
    path.startsWith('/studies/') && (headers.get('accept') ?? '').includes('multipart/related')
  );
}

/** A multipart body of the instances that a path names: one, or all of the study. */
function filesOf({ path }: Asked): Buffer {
  const uid = path.split('/')[2] ?? '';
  const block = Buffer.alloc(BLOCK_BYTES, `${uid} `.padEnd(BLOCK_BYTES, '.'));
  const file = Buffer.concat(Array.from({ length: BLOCKS }, () => block));
  const part = [
    Buffer.from('--b\r\nContent-Type: application/dicom\r\n\r\n'),
    file,
    Buffer.from('\r\n'),
  ];
  const parts = Array.from({ length: path.includes('/instances/') ? 1 : INSTANCES }, () => part);
  return Buffer.concat([...parts.flat(), Buffer.from('--b--\r\n')]);
}

function headOf(body: Buffer): Buffer {
  const type = 'multipart/related; type="application/dicom"; boundary=b';
  return Buffer.from(`${HEAD}${type}\r\nContent-Length: ${body.length}\r\n\r\n`);
}

/** Sends half of an answer. */
function begin({ socket }: Asked, whole: Buffer, then: () => unknown): void {
  const half = whole.subarray(0, whole.length / 2);
  socket.write(Buffer.concat([headOf(whole), half]), () => setTimeout(then, 20));
}
