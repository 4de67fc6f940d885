import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** A row of a QIDO-RS answer as an archive sent it. */
export type Row = Readonly<
  Record<string, { readonly vr?: string; readonly Value?: readonly unknown[] }>
>;

/** What an archive answered about all its studies. */
export interface Capture {
  readonly studies: readonly Row[];
  readonly series: readonly Row[];
  readonly instances: readonly Row[];
}

/** `../shared/lab/captures`, one folder an archive. */
export const CAPTURES = path.resolve(__dirname, '../../../../shared/lab/captures');

const row = z.record(
  z.string(),
  z.object({ vr: z.string(), Value: z.array(z.unknown()).exactOptional() }),
);
const rows = z.array(row);
const study = z.object({ series: rows, instances: rows });

/** Reads the folder of an archive: `UID.json` with series and instances, or a file for each level. */
export function readCapture(archive: string): Capture {
  const folder = path.join(CAPTURES, archive);
  const read = (file: string): unknown => JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const level = (start: string) =>
    files.filter((file) => file.startsWith(start)).flatMap((file) => rows.parse(read(file)));
  const whole = files
    .filter((file) => !/^(studies|series|instances|metadata)\b/.test(file))
    .map((file) => study.parse(read(file)));
  return {
    studies: level('studies.'),
    series: [...level('series-'), ...whole.flatMap((each) => each.series)],
    instances: [...level('instances-'), ...whole.flatMap((each) => each.instances)],
  };
}

/** The first value of an attribute as a text. */
export function textOf(of: Row, tag: string): string {
  const value = of[tag]?.Value?.find((each) => each !== null);
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

export const TAGS = {
  study: '0020000D',
  series: '0020000E',
  instance: '00080018',
  patient: '00100020',
  modality: '00080060',
  sopClass: '00080016',
  date: '00080020',
} as const;
