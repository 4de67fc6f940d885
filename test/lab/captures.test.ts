import { existsSync } from 'node:fs';
import { isUid } from '../../src/dicom/values';
import { startGateway } from '../gateway/running';
import { CAPTURES, readCapture, TAGS, textOf, type Capture, type Row } from './support/captures';
import { extensionValues, objects, searchAll, uidOf, type Entry, type Json } from './support/fhir';
import { inParallel } from './support/parallel';
import { startReplay, type Manners } from './support/replay';
import {
  bothForms,
  faultsOf,
  referenceOf,
  seriesOf,
  type ShownInstance,
} from './support/resources';

/*
 * Answers that three real archives gave about 261 real studies go through the gateway without a loss.
 */

const ARCHIVES: readonly (readonly [name: string, dialect: string, manners: Manners])[] = [
  ['orthanc-1.10.1', 'generic', { levels: 'all' }],
  ['orthanc-1.12.7', 'generic', { levels: 'all' }],
  ['orthanc-1.12.7', 'orthanc', { levels: 'all', orthanc: '1.12.7' }],
  ['dicomweb-archive', 'generic', { levels: 'nested' }],
];

/** All studies that a gateway gives in front of a capture, and what the official schemas say of them. */
interface Mapped {
  readonly entries: readonly Entry[];
  readonly faults: readonly string[];
}

async function mapped(
  capture: Capture,
  dialect: string,
  manners: Manners,
  checked = true,
): Promise<Mapped> {
  const archive = await startReplay(capture, manners);
  const gateway = await startGateway(archive.url, { PACS_DIALECT: dialect });
  try {
    const { entries } = await searchAll(`${gateway.fhir}/ImagingStudy?_count=50`);
    const forms = checked ? await inParallel(entries, ({ id }) => bothForms(id)) : [];
    return { entries, faults: await faultsOf(forms) };
  } finally {
    await gateway.close();
    await archive.close();
  }
}

/** Study and patient of each row; which is one study, however often an archive tells of it. */
function studiesIn(rows: readonly Row[]): string[] {
  const names = rows.map((row) => `${textOf(row, TAGS.study)} ${textOf(row, TAGS.patient)}`);
  return [...new Set(names)].sort();
}

/** Study, patient, series and instance of each row. */
function instancesIn(rows: readonly Row[], studies: readonly Row[]): string[] {
  const series = seriesIn(rows, studies);
  return [
    ...new Set(rows.map((row, i) => `${String(series[i])} ${textOf(row, TAGS.instance)}`)),
  ].sort();
}

/** The same of each instance that resources show, or of those that a test lets pass. */
function instancesShown(
  entries: readonly Entry[],
  wanted: (instance: ShownInstance) => boolean = () => true,
): string[] {
  return entries
    .flatMap(({ resource }) =>
      seriesOf(resource).flatMap((series) =>
        series.instances
          .filter(wanted)
          .map(({ uid }) =>
            [uidOf(resource), patientOf(resource), series.uid, uid].map(String).join(' '),
          ),
      ),
    )
    .sort();
}

/** Study, patient and series of each row. */
function seriesIn(rows: readonly Row[], studies: readonly Row[]): string[] {
  return rows.map((row) =>
    [textOf(row, TAGS.study), patientIn(row, studies), textOf(row, TAGS.series)].join(' '),
  );
}

/** The Patient ID of a row, or the study's where rows below the study tell none. */
function patientIn(row: Row, studies: readonly Row[]): string {
  const uid = textOf(row, TAGS.study);
  const study = studies.find((each) => textOf(each, TAGS.study) === uid);
  return textOf(TAGS.patient in row ? row : (study ?? row), TAGS.patient);
}

const SHARED = existsSync(CAPTURES) || process.env.REQUIRE_SHARED === '1';

describe.each(ARCHIVES)('what %s answered, read as %s', (name, dialect, manners) => {
  let capture: Capture;
  let result: Mapped;

  beforeAll(async () => {
    if (!SHARED) throw new Error(`${CAPTURES} is not here`);
    capture = readCapture(name);
    result = await mapped(capture, dialect, manners);
  }, 120_000);

  const resources = () => result.entries.map(({ resource }) => resource);
  const study = (row: Row) =>
    resources().filter((resource) => uidOf(resource) === textOf(row, TAGS.study));

  test('loses no study', () => {
    expect(capture.studies.length).toBeGreaterThan(3);
    const shown = resources().map(
      (resource) => `${String(uidOf(resource))} ${patientOf(resource)}`,
    );
    expect(shown.sort()).toEqual(studiesIn(capture.studies));
  });

  test('loses no series and no instance, and gives none twice', () => {
    expect(instancesShown(result.entries)).toEqual(instancesIn(capture.instances, capture.studies));
  });

  test('becomes valid resources that say the same in JSON and in XML', () => {
    expect(result.faults).toEqual([]);
  });

  test('has no null, undefined or NaN in it', () => {
    const texts = resources().map((resource) => JSON.stringify(resource));
    expect(texts.filter((text) => /\bnull\b|undefined|NaN|\[object/.test(text))).toEqual([]);
  });

  test('keeps UIDs that break the rules and says so', () => {
    for (const row of capture.studies.filter((each) => !isUid(textOf(each, TAGS.study)))) {
      for (const resource of study(row)) {
        expect(resource.uid).toBeUndefined();
        expect(extensionValues(resource, 'defect', 'valueCode')).toContain('illegal-uid');
        expect(resource.url).toBe(undefinedUnlessSafe(row, resource));
      }
    }
  });

  test('gives a date where the archive has one that can be read, in any spelling, and none where not', () => {
    for (const row of capture.studies) {
      const digits = textOf(row, TAGS.date).replaceAll('.', '');
      const days = study(row).map(({ dateTime }) =>
        String(dateTime).slice(0, 10).replaceAll('-', ''),
      );
      expect(days).toContain(/^(?!0000)\d{8}$/.test(digits) ? digits : 'undefined');
    }
  });

  test('says that a modality or a SOP class is not known instead of making one up', () => {
    const rows = [...capture.series, ...capture.instances];
    const told = seriesIn(
      rows.filter((row) => textOf(row, TAGS.modality) !== ''),
      capture.studies,
    );
    const untold = new Set(seriesIn(rows, capture.studies).filter((name) => !told.includes(name)));
    const unknown = resources().flatMap((resource) =>
      objects(resource.series)
        .filter(({ modality }) => modality === undefined)
        .map((series) =>
          [uidOf(resource), patientOf(resource), uidOf(series)].map(String).join(' '),
        ),
    );
    expect(new Set(unknown)).toEqual(untold);
    const classless = capture.instances.filter((row) => textOf(row, TAGS.sopClass) === '');
    expect(instancesShown(result.entries, ({ sopClass }) => sopClass === undefined)).toEqual(
      instancesIn(classless, capture.studies),
    );
  });

  test('never counts less than it shows', () => {
    for (const resource of resources()) {
      const series = seriesOf(resource);
      const instances = series.reduce((sum, each) => sum + each.instances.length, 0);
      expect(Number(resource.numberOfSeries)).toBeGreaterThanOrEqual(series.length);
      expect(Number(resource.numberOfInstances)).toBeGreaterThanOrEqual(instances);
    }
  });
});

describe("the same answers in another archive's spelling", () => {
  const plain = (value: unknown) =>
    value !== null && typeof value === 'object' && 'Alphabetic' in value ? value.Alphabetic : value;
  const spellings: readonly (readonly [
    string,
    (values: readonly unknown[] | undefined) => readonly unknown[] | undefined,
  ])[] = [
    [
      'numbers as strings (dcm4chee)',
      (values) => values?.map((value) => (typeof value === 'number' ? String(value) : value)),
    ],
    ['names as strings (Conquest)', (values) => values?.map(plain)],
    ['nothing as an empty string (Conquest)', (values) => values ?? ['']],
    ['nothing as null', (values) => values ?? [null]],
    ['nothing as an empty list', (values) => values ?? []],
    [
      'values padded with blanks',
      (values) => values?.map((value) => (typeof value === 'string' ? `${value} ` : value)),
    ],
  ];

  let capture: Capture;
  let expected: readonly Json[];

  beforeAll(async () => {
    capture = readCapture('orthanc-1.12.7');
    expected = (await mapped(capture, 'generic', { levels: 'all' }, false)).entries.map(
      withoutHost,
    );
  }, 60_000);

  test.each(spellings)(
    '%s: gives the same resources',
    async (_, spell) => {
      const respelt = (rows: readonly Row[]): Row[] =>
        rows.map((row) =>
          Object.fromEntries(
            Object.entries(row).map(([tag, { vr, Value }]) => {
              const value = spell(Value);
              return [
                tag,
                { ...(vr !== undefined && { vr }), ...(value !== undefined && { Value: value }) },
              ];
            }),
          ),
        );
      const other: Capture = {
        studies: respelt(capture.studies),
        series: respelt(capture.series),
        instances: respelt(capture.instances),
      };
      const { entries } = await mapped(other, 'generic', { levels: 'all' }, false);
      expect(entries.map(withoutHost)).toEqual(expected);
    },
    60_000,
  );
});

/** A resource without what changes with the port. */
function withoutHost({ resource }: Entry): Json {
  const text = JSON.stringify(resource).replace(/http:\/\/127\.0\.0\.1:\d+/g, 'http://archive');
  return JSON.parse(text) as Json;
}

/** The Patient ID that a study's subject refers to. */
function patientOf(resource: Json): string {
  const reference = referenceOf(resource.subject);
  if (reference === '#patient') return '';
  const [, escaped = ''] = reference.replace('Patient/', '').split('.');
  const bytes = escaped.replace(/-(..)/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString();
}

/** The URL of a study, unless its UID cannot stand in one. */
function undefinedUnlessSafe(row: Row, { url }: Json): unknown {
  return /^[\w.-]{1,64}$/.test(textOf(row, TAGS.study)) ? url : undefined;
}
