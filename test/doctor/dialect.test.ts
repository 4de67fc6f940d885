import { adviseDialect, gather } from '../../src/doctor/dialect';
import type { Found } from '../../src/doctor/finding';
import { isBefore, type Product } from '../../src/doctor/product';
import { DIALECTS } from '../../src/pacs/dialects';

/* Which dialect is suggested for what was found, and how its flags stand. */

const OTHER: Product = { name: 'other', words: '' };
const ORTHANC: Product = { name: 'Orthanc', words: '' };
const DCM4CHEE: Product = { name: 'dcm4chee-arc', words: '' };

/** What an archive shows that does as a dialect says. */
function showing(name: keyof typeof DIALECTS): Found {
  const { studyKeys, decodesQuery, silentCap, ...flags } = DIALECTS[name];
  return {
    ...flags,
    decodesQuery: decodesQuery === 'unknown' ? 'yes' : decodesQuery,
    silentCap: silentCap ?? 'none',
    studyKeys: Object.fromEntries(studyKeys.map((key) => [key, true])),
  };
}

test.each([
  ['orthanc', ORTHANC],
  ['dcm4chee', DCM4CHEE],
  ['dcm4chee', OTHER],
  ['generic', OTHER],
] as const)('what does as %s says is suggested as that (%o)', (name, product) => {
  expect(adviseDialect(showing(name), product).suggested).toBe(name);
});

test.each([
  ['uidLists', { uidLists: false }],
  ['decodesQuery', { decodesQuery: 'no' }],
  ['searchesBelowStudies', { searchesBelowStudies: false }],
  ['verifiesEnd', { verifiesEnd: true }],
  ['losesLetters', { losesLetters: true }],
  ['metadata', { metadata: 'series' }],
  ['studyKeys: PatientID', { studyKeys: { PatientID: false } }],
] as const)('a dialect that relies on %s is harmful where the archive lacks it', (flag, found) => {
  const { compared } = adviseDialect({ ...showing('dcm4chee'), ...found }, OTHER);
  const dcm4chee = compared.find(({ name }) => name === 'dcm4chee');
  expect(dcm4chee?.flags.filter(({ stands }) => stands === 'harmful')).toMatchObject([{ flag }]);
});

test('what nobody saw is relied on of the product alone that is known for it', () => {
  expect(adviseDialect({}, OTHER).suggested).toBe('generic');
  const { compared } = adviseDialect({}, OTHER);
  const unproved = compared.map(
    ({ flags }) => flags.filter(({ stands }) => stands === 'unproved').length,
  );
  expect(unproved[0]).toBeLessThan(Math.min(unproved[1] ?? 0, unproved[2] ?? 0));
  expect(adviseDialect({}, DCM4CHEE).suggested).toBe('dcm4chee');
});

test('what an Orthanc is asked at start binds nobody', () => {
  const found: Found = { ...showing('orthanc'), metadata: 'mandatory', losesLetters: true };
  const { compared } = adviseDialect(found, ORTHANC);
  const orthanc = compared.find(({ name }) => name === 'orthanc');
  expect(orthanc?.flags.filter(({ stands }) => stands === 'harmful')).toEqual([]);
});

test('a key that one probe saw ignored is no key, whatever another saw', () => {
  const one: Found = { studyKeys: { PatientID: false } };
  const other: Found = { studyKeys: { PatientID: true, StudyID: true }, uidLists: true };
  const both = { studyKeys: { PatientID: false, StudyID: true }, uidLists: true };
  expect(gather([one, undefined, other])).toEqual(both);
  expect(gather([other, one])).toEqual(both);
});

test.each([
  ['1.10.1', '1.12.11', true],
  ['1.12.7', '1.12.11', true],
  ['1.12.11', '1.12.11', false],
  ['1.13', '1.12.11', false],
  ['2.0.0', '1.12.11', false],
  ['1.7', '1.20', true],
  ['1.20', '1.20', false],
  ['mainline', '1.20', false],
  [undefined, '1.20', false],
])('%s is before %s: %s', (version, than, before) => {
  expect(isBefore(version, than)).toBe(before);
});
