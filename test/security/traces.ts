import { readDataSet } from '../../src/dicom/dataset';
import { readStudy } from '../../src/study/fromDicom';
import { patientMark } from '../../src/study/identity';
import { A, B, C, D, EVERYTHING, type Person } from './people';
import { written, type Raw, type Sent } from './wire';

/*
 * Traces of people in a text: their names, numbers, dates, UIDs and bytes, as they are, percent-encoded, in base64,
 * or as a hash.
 */

/** What only others than A have; A's own restricted study is among it. */
const OTHERS: readonly RegExp[] = [
  /1\.2\.826\.0\.1\.3680043\.77\.[2345](?:\.\d+)*/g,
  /(?:BYTES|SERIES|DESCRIPTION|WARD)-OF-[BCDR]/g,
  /blob-of-[BCDR]-[\d.]+/g,
  /(?:ACC|SID)-[BCDR]-\d+/g,
  /CLINIC|1\.2\.3\.202|PAT-(?:2d)?DD/g,
  ...[B, C, D].flatMap(demographics),
];

function demographics({ name, born }: Person): RegExp[] {
  const day = `${born.slice(0, 4)}-?${born.slice(4, 6)}-?${born.slice(6)}`;
  const [family = '', given = ''] = name.split('^');
  return [new RegExp(`${family}|${given}`, 'gi'), new RegExp(day, 'g')];
}

/** Of others' patients, as the ids of shared studies and page links name one. */
const MARKS = EVERYTHING.filter(({ letter }) => letter !== 'A' && letter !== 'R').flatMap(
  ({ study }) => {
    const read = readStudy(readDataSet(study) ?? new Map(), () => undefined);
    return read === undefined ? [] : [patientMark(read.patient)];
  },
);

/** Everything that marks a person of the archive, A as well. */
const ANYBODY: readonly RegExp[] = [
  ...OTHERS,
  /1\.2\.826\.0\.1\.3680043\.77\.[19](?:\.\d+)*/g,
  /(?:BYTES|SERIES|DESCRIPTION|WARD)-OF-A/g,
  /(?:ACC|SID)-A-\d+|HOSP|PAT-(?:2d)?1\b/g,
  ...demographics(A),
];

/** Traces of others than A in an answer, but for what the request itself said. */
export function tracesOfOthers(answer: Raw, sent: Sent): string[] {
  const all = [...tracesIn(textOf(answer), OTHERS), ...marksIn(textOf(answer))];
  return withoutSaid(all, sent);
}

/** Traces of anybody in a text, but for what the request that led to it said. */
export function tracesOfAnybody(text: string, sent?: Sent): string[] {
  const all = tracesIn(text, ANYBODY);
  return sent === undefined ? all : withoutSaid(all, sent);
}

function textOf({ head, body }: Raw): string {
  return `${head}\n${body.toString('latin1')}\n${body.toString()}`;
}

function withoutSaid(traces: readonly string[], sent: Sent): string[] {
  const said = readings(written({ ...sent, headers: {} }))
    .join('\n')
    .toLowerCase();
  return [...new Set(traces)].filter((trace) => !said.includes(trace.toLowerCase()));
}

function tracesIn(text: string, patterns: readonly RegExp[]): string[] {
  return readings(text).flatMap((reading) =>
    patterns.flatMap((pattern) => Array.from(reading.matchAll(pattern), ([trace]) => trace)),
  );
}

function marksIn(text: string): string[] {
  const all = readings(text).join('\n');
  return MARKS.filter((mark) => all.includes(mark));
}

/** A text as it stands, with its escapes undone, and what in it may be base64. */
function readings(text: string): string[] {
  const undone = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const encoded = undone.match(/[\w+/-]{16,}/g) ?? [];
  const decoded = encoded.map((each) => Buffer.from(each, 'base64url').toString('latin1'));
  return [text, undone, decoded.join('\n')];
}
