import fc from 'fast-check';
import {
  accessOfCapability,
  createCapabilities,
  narrowToCapability,
  type Capability,
} from '../../src/auth/capability';
import { maySee } from '../../src/auth/access';
import { patientMark } from '../../src/study/identity';
import { accessOf, boundTo, rowOf, thrownBy } from './support';

/* URLs that open one study to one caller, for a while. */

const OLD = 'old-key-old-key-old-key-old-key-1';
const NEW = 'new-key-new-key-new-key-new-key-2';
const TTL = 900_000;
const NOW = Date.UTC(2026, 0, 1);
const capability: Capability = { study: '1.2.3', callerKey: 'a-key' };
const sealer = (...keys: string[]) => createCapabilities({ keys, ttlMs: TTL });

test('what was sealed is opened, in characters that a path segment may have', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (study, callerKey, mark) => {
      fc.pre(study.length + callerKey.length < 200);
      const one = { study, callerKey, patientMark: mark.slice(0, 12) };
      const text = sealer(NEW).seal(one, NOW);
      expect(text).toMatch(/^[\w-]+$/);
      expect(sealer(NEW).open(text, NOW)).toEqual(one);
    }),
  );
  const text = sealer(NEW).seal(capability, NOW);
  expect(sealer(NEW).open(text, NOW)).toEqual(capability);
});

test('it tells nothing of the study or the caller', () => {
  const text = sealer(NEW).seal({ study: '1.2.840.99999', callerKey: 'somebody' }, NOW);
  const plain = Buffer.from(text, 'base64url').toString('latin1');
  expect(plain).not.toMatch(/99999|somebody/);
});

test('it is the same text for a while, and opens at least three quarters of its time and never longer', () => {
  fc.assert(
    fc.property(fc.nat(10 * TTL), fc.nat(2 * TTL), (start, later) => {
      const text = sealer(NEW).seal(capability, NOW + start);
      const opened = sealer(NEW).open(text, NOW + start + later);
      if (later >= TTL) expect(opened).toBeUndefined();
      if (later < (TTL * 3) / 4) expect(opened).toEqual(capability);
    }),
  );
  expect(sealer(NEW).seal(capability, NOW)).toBe(sealer(NEW).seal(capability, NOW + 1));
});

test('keys rotate: the first seals, all of them open, others open nothing', () => {
  const text = sealer(OLD).seal(capability, NOW);
  expect(sealer(NEW, OLD).open(text, NOW)).toEqual(capability);
  expect(sealer(NEW, OLD).seal(capability, NOW)).toBe(sealer(NEW).seal(capability, NOW));
  expect(sealer(NEW).open(text, NOW)).toBeUndefined();
});

test('a text that was changed anywhere opens nothing', () => {
  const bytes = Buffer.from(sealer(NEW).seal(capability, NOW), 'base64url');
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ change;
      expect(sealer(NEW).open(changed.toString('base64url'), NOW)).toBeUndefined();
    }),
  );
});

test('any other text opens nothing', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      expect(sealer(NEW).open(text, NOW)).toBeUndefined();
    }),
  );
  const cut = sealer(NEW).seal(capability, NOW).slice(0, -2);
  expect(sealer(NEW).open(cut, NOW)).toBeUndefined();
});

describe('the access below a capability', () => {
  const mine = rowOf('1.2.3', 'P1', 'LAB');

  test('is the caller’s own, to that study only', () => {
    const access = narrowToCapability(accessOf([boundTo('P1', 'LAB')]), capability);
    expect(maySee(access, mine)).toBe(true);
    expect(maySee(access, rowOf('1.2.4', 'P1', 'LAB'))).toBe(false);
    expect(maySee(access, rowOf('1.2.3', 'P2', 'LAB'))).toBe(false);
  });

  test('is refused to another caller', async () => {
    const other = accessOf([], { caller: { key: 'another', kind: 'system' } });
    const problem = await thrownBy(() => narrowToCapability(other, capability));
    expect(problem.code).toBe('forbidden');
  });

  test('without a token is to that study only, and to no other type', () => {
    const access = accessOfCapability(capability, []);
    expect(access.caller).toEqual({ key: 'a-key', kind: 'patient' });
    expect(maySee(access, mine)).toBe(true);
    expect(maySee(access, rowOf('1.2.4', 'P1', 'LAB'))).toBe(false);
    expect(access.may('ImagingStudy', 'read')).toBe(true);
    expect(access.may('ImagingStudy', 'search')).toBe(true);
    expect(access.may('Patient', 'read')).toBe(false);
    expect(access.may('Patient', 'search')).toBe(false);
  });

  test('without a token does not open what is restricted', () => {
    const rules = [[{ on: 'not', condition: { on: 'study', uid: '1.2.3' } } as const]];
    expect(maySee(accessOfCapability(capability, rules), mine)).toBe(false);
  });

  test('ends when the study moves to another patient', () => {
    const marked = { ...capability, patientMark: patientMark(mine.patient) };
    const access = accessOfCapability(marked, []);
    expect(maySee(access, mine)).toBe(true);
    expect(maySee(access, rowOf('1.2.3', 'P2', 'LAB'))).toBe(false);
  });
});
