import fc from 'fast-check';
import { Problem } from '../../src/errors';
import type { ReleaseName } from '../../src/fhir/releases';
import { readSpan } from '../../src/search/dates';
import {
  answeredParameters,
  declaredParameters,
  modifiersOf,
  parametersOf,
} from '../../src/search/parameters';
import { splitEscaped, unescaped } from '../../src/search/values';
import type { ParsedSearch } from '../../src/search/parse';
import type { Condition } from '../../src/study/query';
import { RELEASE_NAMES, search } from './support';

/** Every name of every release with its modifiers and chains; most are wrong in most releases. */
const NAMES = [
  ...new Set(
    RELEASE_NAMES.flatMap((release) => [
      ...parametersOf(release, 'ImagingStudy').map(({ spelling }) => spelling.name),
      ...answeredParameters(release, 'ImagingStudy').flatMap((row) => [
        ...modifiersOf(row).map((modifier) => `${row.spelling.name}:${modifier}`),
        ...(row.target === undefined
          ? []
          : declaredParameters(release, row.target).map(
              ({ name }) => `${row.spelling.name}.${name}`,
            )),
      ]),
    ]),
  ),
  'subject:Patient.name',
  'patient.name:contains',
  '_count',
  '_sort',
  '_sort:desc',
  '_summary',
  '_elements',
  '_total',
  '_include',
  '_revinclude',
  '_format',
];

const FRAGMENTS = [
  '*',
  '?',
  '\\',
  '\\\\',
  '\\,',
  ',',
  '|',
  '$',
  '^',
  '=',
  '\u0000',
  '\r\n',
  '\u0085',
  '\ud800',
  'urn:oid:',
  'http://nema.org/dicom/dcid|',
  'http://snomed.info/sct|',
  'Patient/',
  'LAB.P1',
  'LAB.P-2a',
  'x-2a',
  'x-312e322e2a',
  '1.2.3',
  'CT',
  'CHEST',
  '>=2020-01-01T10:00+01:00',
  'ap2020-01',
  '0',
  '*',
  'ImagingStudy:patient',
  '-started',
  'identifier,series',
  'accurate',
  'v2-0203|ACSN|',
  '%2a',
  '＊',
  '？',
  '＼',
];

const value = fc
  .array(fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ unit: 'binary', maxLength: 4 })), {
    maxLength: 6,
  })
  .map((parts) => parts.join(''));
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
);
const release = fc.constantFrom(...RELEASE_NAMES);
const parameters = fc.array(fc.tuple(name, value), { maxLength: 4 });

/** The parsed search, or undefined where it was refused; anything but a Problem is a failure. */
function attempt(
  of: ReleaseName,
  asked: readonly (readonly [string, string])[],
): ParsedSearch | undefined {
  try {
    return search(asked, { release: of, handling: 'lenient' });
  } catch (error) {
    if (error instanceof Problem && error.status === 400) return undefined;
    throw error;
  }
}

function texts(condition: Condition): readonly string[] {
  if (condition.on === 'not') return texts(condition.condition);
  return Object.values(condition).flatMap((member: unknown) =>
    typeof member === 'string'
      ? [member]
      : Array.isArray(member)
        ? member.filter((item) => typeof item === 'string')
        : [],
  );
}

test('whatever is asked, nothing that an archive takes for a pattern becomes a condition', () => {
  fc.assert(
    fc.property(release, parameters, (of, asked) => {
      const conditions = attempt(of, asked)?.query.clauses.flat() ?? [];
      for (const text of conditions.flatMap(texts)) {
        expect(text).not.toMatch(/[*?\\]|[\p{Cc}\p{Cs}]/u);
        expect(encodeURIComponent(text)).not.toBe('');
      }
    }),
    { numRuns: 5000 },
  );
});

test('every parameter of a request is applied, reported, or the cursor', () => {
  fc.assert(
    fc.property(release, parameters, (of, asked) => {
      const parsed = attempt(of, asked);
      if (!parsed) return;
      expect(parsed.applied.length + parsed.ignored.length).toBe(asked.length);
    }),
  );
});

test('the parameters applied, asked again, are the same question', () => {
  fc.assert(
    fc.property(release, parameters, (of, asked) => {
      const parsed = attempt(of, asked);
      if (!parsed) return;
      const again = search(parsed.applied, { release: of });
      expect(again.query).toEqual(parsed.query);
      expect(again.ignored).toEqual([]);
    }),
  );
});

test('a refusal is short, has no control characters and names its place', () => {
  fc.assert(
    fc.property(release, name, value, (of, asked, text) => {
      try {
        search([[asked, text]], { release: of });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        expect(error.message.length).toBeLessThan(500);
        expect(error.message).not.toMatch(/[\p{Cc}\p{Cs}]/u);
        expect(error.options.location).toHaveLength(1);
      }
    }),
  );
});

test('escaping any text and splitting gives it back', () => {
  const escape = (text: string) => text.replace(/[\\,|$]/g, '\\$&');
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (pieces) => {
      for (const separator of [',', '|'] as const) {
        const joined = pieces.map(escape).join(separator);
        expect(splitEscaped(joined, separator).map(unescaped)).toEqual(pieces);
      }
    }),
  );
});

describe('dates', () => {
  const moment = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });

  test('any text is a date or refused, never an exception', () => {
    const letters = fc.constantFrom(...'0123456789-+:.TZ <>='.split(''));
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 30 }), (text) => {
        const span = readSpan(text);
        if (span) expect(span.to).toBeGreaterThan(span.from);
      }),
    );
  });

  test('every precision of a moment covers the moment, and the finer lies in the coarser', () => {
    fc.assert(
      fc.property(moment, (date) => {
        const iso = date.toISOString().slice(0, -1);
        const spans = [4, 7, 10, 16, 19, 23].map((length) => readSpan(iso.slice(0, length)));
        spans.reduce((coarse, fine) => {
          expect(fine?.from).toBeLessThanOrEqual(date.getTime());
          expect(fine?.to).toBeGreaterThan(date.getTime());
          expect(fine?.from).toBeGreaterThanOrEqual(coarse?.from ?? 0);
          expect(fine?.to).toBeLessThanOrEqual(coarse?.to ?? 0);
          return fine;
        });
      }),
    );
  });

  test('the span ends where the next one starts', () => {
    fc.assert(
      fc.property(moment, fc.constantFrom(4, 7, 10, 16, 19), (date, length) => {
        const span = readSpan(date.toISOString().slice(0, length));
        const end = new Date(span?.to ?? 0);
        fc.pre(end.getUTCFullYear() < 10_000);
        expect(readSpan(end.toISOString().slice(0, length))?.from).toBe(span?.to);
      }),
    );
  });
});
