import fc from 'fast-check';
import { fromBase62 } from '../../src/study/base62';
import { opaquePatientIds, patientKey, patientMark } from '../../src/study/identity';
import { readablePatientIds, readStudyId, studyId } from '../../src/study/identity';
import { createIssuerSystems } from '../../src/study/issuers';
import { patient, study } from '../search/support';

const text = fc.string({ unit: 'binary', maxLength: 20 }).map((value) => value.toWellFormed());
const id = text.filter((value) => value !== '');
const person = fc
  .record({ id, issuer: fc.option(id, { nil: undefined }) })
  .map(({ id: value, issuer }) =>
    patient(issuer === undefined ? { id: value } : { id: value, issuer: { name: issuer } }),
  );

describe.each([
  ['readable', readablePatientIds],
  ['opaque', opaquePatientIds('a key')],
])('%s ids of patients', (_, ids) => {
  test('lead back to the patient, whatever the identifiers are', () => {
    fc.assert(
      fc.property(person, (each) => {
        const key = ids.decode(ids.encode(each) ?? '');
        expect([key?.value, key?.issuer]).toEqual([each.id, each.issuer?.name]);
      }),
      { numRuns: 1000 },
    );
  });

  test('are the same for one patient and different for two', () => {
    fc.assert(
      fc.property(person, person, (one, other) => {
        expect(ids.encode(one) === ids.encode(other)).toBe(patientKey(one) === patientKey(other));
      }),
    );
  });

  test('have only characters that an id of FHIR and a path may have', () => {
    fc.assert(fc.property(person, (each) => expect(ids.encode(each)).toMatch(/^[A-Za-z0-9.-]+$/)));
  });

  test('that this gateway did not make lead nowhere, and never throw', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.stringMatching(/^[a-f0-9.-]{0,80}$/)), (each) => {
        const key = ids.decode(each);
        if (key === undefined) return;
        const issuer = key.issuer === undefined ? {} : { issuer: { name: key.issuer } };
        expect(ids.encode(patient({ id: key.value, ...issuer }))).toBe(each);
      }),
      { numRuns: 1000 },
    );
  });

  test('are none for a patient without Patient ID', () => {
    expect(ids.encode(patient({ name: 'Doe^Jane' }))).toBeUndefined();
  });
});

describe('opaque ids', () => {
  const encode = (key: string, value: string) =>
    opaquePatientIds(key).encode(patient({ id: value }));

  test('tell nothing, differ by key, and are refused when one digit is changed', () => {
    const made = encode('key', 'P-1001') ?? '';
    expect(made).not.toContain('1001');
    expect(fromBase62(made)?.toString('latin1')).not.toContain('1001');
    expect(encode('other', 'P-1001')).not.toBe(made);
    for (const at of made.split('').keys()) {
      const digit = made[at] === '0' ? '1' : '0';
      const changed = made.slice(0, at) + digit + made.slice(at + 1);
      expect(opaquePatientIds('key').decode(changed)).toBeUndefined();
    }
    expect(opaquePatientIds('other').decode(made)).toBeUndefined();
  });
});

test('an opaque id of an issuer and a Patient ID of 29 bytes is no longer than FHIR allows', () => {
  const made = opaquePatientIds('key').encode(
    patient({ id: 'P'.repeat(19), issuer: { name: 'HOSPITAL-A' } }),
  );
  expect(made).toMatch(/^[A-Za-z0-9]{1,64}$/);
});

describe('ids of studies', () => {
  const uid = fc.oneof(
    id,
    fc.stringMatching(/^[\d.]{1,64}$/),
    fc.constantFrom('x-31', '1-pabcdefabcdef', 'x-', 'x-3'),
  );

  test('lead back to the UID', () => {
    fc.assert(
      fc.property(uid, (each) => {
        const made = studyId(study({ uid: each }));
        expect(made).toMatch(/^[A-Za-z0-9.-]+$/);
        expect(readStudyId(made)).toEqual({ uid: each });
      }),
      { numRuns: 1000 },
    );
  });

  test('of a shared UID lead back to UID and patient', () => {
    fc.assert(
      fc.property(uid, person, (each, whose) => {
        const made = studyId(study({ uid: each, shared: true, patient: whose }));
        expect(readStudyId(made)).toEqual({ uid: each, patientMark: patientMark(whose) });
      }),
    );
  });

  test('of a shared UID of any legal length are no longer than FHIR allows', () => {
    const legal = fc.stringMatching(/^[1-9][0-9.]{0,62}[1-9]$/);
    fc.assert(
      fc.property(legal, person, (each, whose) => {
        const made = studyId(study({ uid: each, shared: true, patient: whose }));
        expect(made).toMatch(/^[A-Za-z0-9.-]{1,64}$/);
        expect(readStudyId(made)).toEqual({ uid: each, patientMark: patientMark(whose) });
      }),
    );
  });

  test('of two patients under one UID are two', () => {
    fc.assert(
      fc.property(person, person, (one, other) => {
        fc.pre(patientKey(one) !== patientKey(other));
        const ids = [one, other].map((each) => studyId(study({ shared: true, patient: each })));
        expect(new Set(ids).size).toBe(2);
      }),
    );
  });
});

describe('systems of issuers', () => {
  const systems = createIssuerSystems({
    LAB: 'urn:oid:1.2.3',
    '': 'http://nobody.test',
    '9.9': 'http://nine.test',
  });

  test.each<[Parameters<typeof systems.systemOf>[0], string | undefined]>([
    [{ name: 'LAB' }, 'urn:oid:1.2.3'],
    [{ name: 'OTHER' }, undefined],
    [{ name: 'constructor' }, undefined],
    [{ universalId: '9.9', universalIdType: 'ISO' }, 'http://nine.test'],
    [{ universalId: '1.5', universalIdType: 'ISO' }, 'urn:oid:1.5'],
    [{ universalId: 'ABCD', universalIdType: 'UUID' }, 'urn:uuid:abcd'],
    [{ universalId: 'http://a.test', universalIdType: 'URI' }, 'http://a.test'],
    [{ universalId: 'a.test', universalIdType: 'DNS' }, undefined],
    [{ name: 'urn:oid:7.7' }, 'urn:oid:7.7'],
    [undefined, 'http://nobody.test'],
  ])('%j has the system %p', (issuer, system) => {
    expect(systems.systemOf(issuer, 'patient')).toBe(system);
    if (system === undefined || issuer === undefined) return;
    const named = [issuer.name, issuer.universalId?.toLowerCase()];
    expect(systems.issuersOf(system).some((each) => named.includes(each))).toBe(true);
  });

  test('a word that is no URI stands for no issuer', () => {
    expect(systems.issuersOf('LAB*')).toEqual([]);
  });

  test('nobody’s accession numbers have no system', () => {
    expect(systems.systemOf(undefined, 'other')).toBeUndefined();
  });
});
