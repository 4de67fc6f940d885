import { parseArgs } from 'node:util';
import { settingsOf } from '../gateway/running';
import {
  held,
  holding,
  type Answer,
  type Quirks,
  type Script,
  type Seen,
} from '../gateway/fakeArchive';
import { runDoctor, type DoctorIo } from '../../src/doctor/command';
import type { Line, Report } from '../../src/doctor/report';

/* Archives that are well but for one fault, and the doctor's command over any of them. */

/** Values that no report may repeat. */
export const SECRETS = [
  'Quastenflosser',
  'MRN-4711',
  'ACC-0815',
  'SID-2357',
  'Kreuzbandriss',
  '19631122',
];

/** Studies of different patients, each value plain. */
export const STUDIES = Array.from({ length: 6 }, (_, at) =>
  held(
    `1.2.840.99.${at + 1}`,
    {
      PatientID: `MRN-4711${at}`,
      PatientName: `Quastenflosser^Nr${at}`,
      AccessionNumber: `ACC-0815${at}`,
      StudyID: `SID-2357${at}`,
      StudyDate: `2020010${at + 1}`,
      StudyDescription: 'Kreuzbandriss',
      PatientBirthDate: '19631122',
      PatientSex: 'F',
      TimezoneOffsetFromUTC: '+0100',
      IssuerOfPatientID: 'HOSP',
      SpecificCharacterSet: 'ISO_IR 192',
    },
    at + 1,
  ),
);

const PART = '--b\r\nContent-Type: application/dicom\r\n\r\n....DICM....\r\n--b--\r\n';
const JPEG: Answer = { headers: { 'Content-Type': 'image/jpeg' }, body: 'jpeg' };

/** What it does in place of the honest answer; undefined: nothing. */
export type Bend = (seen: Seen) => Answer | undefined;

/** The script of an archive that searches and retrieves, with quirks, and bent in one place. */
export function archive(quirks: Quirks = {}, bend: Bend = () => undefined): Script {
  const searches = holding(STUDIES, quirks);
  return (seen, response) => bend(seen) ?? retrieval(seen) ?? searches(seen, response);
}

/** The same with another query. */
export function asking(seen: Seen, rawQuery: string): Answer | undefined {
  const answer = holding(STUDIES)({ ...seen, rawQuery }, undefined as never);
  return answer instanceof Promise ? undefined : answer;
}

function retrieval({ path, headers, method }: Seen): Answer | undefined {
  if (/\/(rendered|thumbnail)$/.test(path)) return JPEG;
  const accept = String(headers.accept);
  if (method === 'GET' && !/application\/dicom(?!\+json)|octet-stream|\*\/\*/.test(accept))
    return undefined;
  if (!/^\/studies\/[^/]+(\/series\/[^/]+(\/instances\/[^/]+(\/frames\/1)?)?)?$/.test(path))
    return undefined;
  const type =
    accept === 'application/dicom'
      ? accept
      : 'multipart/related; type="application/dicom"; boundary=b';
  return { headers: { 'Content-Type': type }, body: PART };
}

/** What the command did. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const OPTIONS = {
  json: { type: 'boolean' },
  username: { type: 'string' },
  'token-file': { type: 'string' },
  timeout: { type: 'string' },
} as const;

/** Runs the command; words and options as on its command line. */
export async function doctor(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  io: Partial<DoctorIo> = {},
): Promise<Ran> {
  const said = { out: '', err: '' };
  const { values, positionals } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  });
  const { 'token-file': tokenFile, ...others } = values;
  const code = await runDoctor(
    { url: positionals[0], tokenFile, ...others },
    {
      settings: () => settingsOf(env),
      out: (text) => void (said.out += text),
      err: (text) => void (said.err += text),
      colours: false,
      terminal: false,
      ...io,
    },
  );
  return { code, ...said };
}

/** The report on an archive. */
export async function reportOn(url: string, args: readonly string[] = []): Promise<Report> {
  const { out } = await doctor([url, '--json', ...args]);
  return JSON.parse(out) as Report;
}

/** The line of a report that looked at something. */
export function lineOf({ lines }: Pick<Report, 'lines'>, what: string): Line {
  const found = lines.filter((line) => line.what === what);
  const [line] = found;
  if (line === undefined || found.length > 1) throw new Error(`not one line on ${what}`);
  return line;
}
