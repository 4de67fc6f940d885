import { encodeFile } from '../../src/demo/encode';
import type { RowSource } from '../../src/pacs/dialects';
import type { StudyHeader } from '../../src/study/model';
import { allStudies, newCall, openClient, openSource, ordered } from './support/sources';
import { startOrthanc, type OwnOrthanc } from './support/orthanc';

/* The series of one study in different time zones, as where another site or a service elsewhere adds to it. */

const STUDY = '2.25.78';
const ZONES = ['-0500', '+0100', undefined] as const;

let orthanc: OwnOrthanc;

function fileOf(series: number, zone: string | undefined): Uint8Array {
  const attributes = {
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
    SOPInstanceUID: `${STUDY}.3.${series}`,
    PatientID: 'LAB-ZONES',
    Modality: 'OT',
    StudyInstanceUID: STUDY,
    StudyDate: '20200229',
    StudyTime: '100000',
    SeriesInstanceUID: `${STUDY}.2.${series}`,
    SeriesNumber: series,
    SeriesDate: '20200229',
    SeriesTime: '170000',
    ...(zone !== undefined && { TimezoneOffsetFromUTC: zone }),
  };
  return new Uint8Array(encodeFile(attributes));
}

beforeAll(async () => {
  orthanc = await startOrthanc([]);
  for (const [at, zone] of ZONES.entries()) {
    const stored = await fetch(`${orthanc.url}/instances`, {
      method: 'POST',
      body: fileOf(at + 1, zone),
    });
    expect(stored.status).toBe(200);
  }
}, 60_000);

afterAll(() => orthanc.stop());

const WAYS: readonly (RowSource | undefined)[] = [undefined, 'qido', 'files', 'index'];

describe.each(WAYS)('by rows %s', (rows) => {
  const offsets = ({ series }: { series: readonly { started?: StudyHeader['started'] }[] }) =>
    series.map(({ started }) => [started?.time, started?.offset]);
  const told = [
    ['17:00:00', '-05:00'],
    ['17:00:00', '+01:00'],
    ['17:00:00', undefined],
  ];

  test('each series begins in its own zone, and the study in that of one of its files', async () => {
    const client = openClient(`${orthanc.url}/dicom-web`);
    const source = openSource(client, rows);
    const studies = await allStudies(source);
    const [detail] = (await source.details(studies, newCall())).map(ordered);
    const [outline] = (await source.series?.(studies, newCall())) ?? [];
    client.close();
    expect(detail && offsets(detail)).toEqual(told);
    expect(told.map(([, offset]) => offset)).toContain(detail?.header.started?.offset);
    // Rows without sequences leave series to their instances.
    if (outline !== undefined) expect(offsets(ordered(outline))).toEqual(told);
  });
});
