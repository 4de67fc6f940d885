import fc from 'fast-check';
import { grantedBy, readScopes, requireScope, type Granted } from '../../src/auth/scopes';
import { accessOf, thrownBy } from './support';

/* What a token's scopes let its bearer do, and for whom. */

const granted = (scopes: string): Granted => grantedBy(readScopes(scopes));

function letters(scopes: string, type = 'ImagingStudy'): string {
  const { may } = granted(scopes);
  return (may(type, 'read') ? 'r' : '-') + (may(type, 'search') ? 's' : '-');
}

test.each([
  ['patient/ImagingStudy.read', 'rs'],
  ['patient/ImagingStudy.*', 'rs'],
  ['patient/*.read', 'rs'],
  ['patient/*.*', 'rs'],
  ['user/ImagingStudy.read', 'rs'],
  ['system/*.read', 'rs'],
  ['patient/ImagingStudy.write', '--'],
  ['patient/ImagingStudy.rs', 'rs'],
  ['patient/ImagingStudy.cruds', 'rs'],
  ['patient/*.rs', 'rs'],
  ['patient/ImagingStudy.r', 'r-'],
  ['patient/ImagingStudy.s', '-s'],
  ['patient/ImagingStudy.us', '-s'],
  ['system/ImagingStudy.cud', '--'],
])('%s grants %s of ImagingStudy', (scope, expected) => {
  expect(letters(scope)).toBe(expected);
});

test.each([
  'patient/ImagingStudy.sr',
  'patient/ImagingStudy.dus',
  'patient/ImagingStudy.rr',
  'patient/ImagingStudy.',
  'patient/ImagingStudy',
  'patient/ImagingStudy.reads',
  'patient/Imaging*.rs',
  'group/ImagingStudy.rs',
  'Patient/ImagingStudy.rs',
  'patient/imagingstudy.rs',
  'patient/ImagingStudy.rs?modality=CT',
  'patient/ImagingStudy.r?_id=1',
  'launch/patient',
  'openid fhirUser offline_access',
  '*/*.*',
  '',
])('%s grants nothing of ImagingStudy', (scope) => {
  expect(letters(scope)).toBe('--');
});

test('Endpoint comes with ImagingStudy, and nothing else does', () => {
  expect(letters('patient/ImagingStudy.rs', 'Endpoint')).toBe('rs');
  expect(letters('patient/ImagingStudy.rs', 'Patient')).toBe('--');
  expect(letters('patient/Endpoint.rs', 'ImagingStudy')).toBe('--');
});

test.each([
  ['patient/ImagingStudy.rs', true, 'patient'],
  ['user/ImagingStudy.rs', false, 'user'],
  ['system/ImagingStudy.rs', false, 'system'],
  ['system/*.rs user/*.rs', false, 'system'],
  ['user/ImagingStudy.rs system/Patient.rs', false, 'user'],
  ['system/Patient.rs', false, 'system'],
  ['patient/ImagingStudy.rs user/Patient.rs', true, 'patient'],
  ['patient/ImagingStudy.rs system/Observation.rs', true, 'patient'],
  ['patient/ImagingStudy.rs user/ImagingStudy.s', true, 'patient'],
  ['patient/ImagingStudy.r user/ImagingStudy.rs', false, 'user'],
  ['patient/*.read system/ImagingStudy.rs', false, 'system'],
  ['patient/Observation.rs user/Patient.rs', true, 'patient'],
  ['openid', false, 'patient'],
])('%s: bound to one patient is %s, of class %s', (scopes, bound, kind) => {
  expect(granted(scopes)).toMatchObject({ bound, kind });
});

test('a token that is not bound may do only what its wide scopes say', () => {
  expect(letters('patient/*.rs user/ImagingStudy.rs', 'Patient')).toBe('--');
  expect(letters('patient/*.rs user/ImagingStudy.rs', 'ImagingStudy')).toBe('rs');
});

describe('of any scopes', () => {
  const level = fc.constantFrom('patient', 'user', 'system');
  const type = fc.constantFrom('ImagingStudy', 'Patient', 'Observation', '*');
  const suffix = fc.constantFrom('read', '*', 'write', 'rs', 'r', 's', 'cud', 'cruds');
  const scope = fc.tuple(level, type, suffix);
  const spelled = ([one, two, three]: readonly string[]) => `${one}/${two}.${three}`;
  const READS = ['read', '*', 'rs', 'r', 'cruds'];
  const SEARCHES = ['read', '*', 'rs', 's', 'cruds'];

  test('all studies are seen only where a user or system scope says so', () => {
    fc.assert(
      fc.property(fc.array(scope, { maxLength: 5 }), (scopes) => {
        const { bound, may } = granted(scopes.map(spelled).join(' '));
        for (const [interaction, words] of [
          ['read', READS],
          ['search', SEARCHES],
        ] as const) {
          const wide = scopes.some(
            ([who, what, how]) =>
              who !== 'patient' && ['*', 'ImagingStudy'].includes(what) && words.includes(how),
          );
          if (!bound && may('ImagingStudy', interaction)) expect(wide).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('nothing is granted that no scope grants', () => {
    fc.assert(
      fc.property(fc.array(scope, { maxLength: 5 }), (scopes) => {
        const { may } = granted(scopes.map(spelled).join(' '));
        const any = (words: readonly string[], wanted: string) =>
          scopes.some(([, what, how]) => ['*', wanted].includes(what) && words.includes(how));
        for (const wanted of ['ImagingStudy', 'Patient', 'Observation']) {
          if (may(wanted, 'read')) expect(any(READS, wanted)).toBe(true);
          if (may(wanted, 'search')) expect(any(SEARCHES, wanted)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('any text is read without a throw', () => {
    fc.assert(fc.property(fc.string(), (text) => readScopes(text).length >= 0));
  });
});

test('what the scopes do not grant is 403, with the scope that would do', async () => {
  const access = accessOf([], { may: (type) => type === 'Patient' });
  requireScope(access, 'Patient', 'read');
  const problem = await thrownBy(() => requireScope(access, 'ImagingStudy', 'search'));
  expect(problem.code).toBe('forbidden');
  expect(problem.options.challenge).toMatch(
    /^Bearer realm="[^"]+", error="insufficient_scope", .*scope="patient\/ImagingStudy\.s"$/,
  );
});
