import fc from 'fast-check';
import { stu3 } from '../../src/fhir/stu3';
import { nasty, study } from './arbitraries';
import { contextOf, samplesOf } from './dstu2.support';
import { pageOf } from './surroundings';
import { treeOfJson, treeOfXml } from './xmlToJson';

const context = contextOf(stu3);

describe('STU3 XML and JSON say the same', () => {
  it.each(samplesOf(stu3))('in %s', (_, resource) => {
    expect(treeOfXml(stu3.toXml(resource))).toEqual(treeOfJson(resource, true));
  });

  it('for any study, whatever the archive put into its texts', () => {
    fc.assert(
      fc.property(study, (any) => {
        const resource = stu3.imagingStudy(any, context);
        expect(treeOfXml(stu3.toXml(resource))).toEqual(treeOfJson(resource, true));
      }),
    );
  });

  it('for a page and an outcome with any text in them', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const issue = { severity: 'error', issue: 'value', code: 'invalid-value', text } as const;
        const resource = stu3.outcome([issue]);
        const entry = { resource, fullUrl: 'urn:uuid:1', title: text, mode: 'outcome' } as const;
        const bundle = stu3.searchset(pageOf([entry]), context);
        expect(treeOfXml(stu3.toXml(bundle))).toEqual(treeOfJson(bundle, true));
      }),
    );
  });
});

describe('STU3 JSON of any study', () => {
  const TROUBLE = /[^\t\n\r\P{Cc}]|\p{Cs}/u;

  it('holds no control characters, no lone surrogates and nothing empty', () => {
    fc.assert(
      fc.property(study, (any) => {
        for (const leaf of leavesOf(stu3.imagingStudy(any, context))) {
          expect(typeof leaf === 'string' && TROUBLE.test(leaf)).toBe(false);
          expect(leaf).not.toBe('');
          expect(leaf).not.toEqual([]);
          expect(leaf).not.toEqual({});
        }
      }),
    );
  });
});

/** Values that hold no others, empty arrays and objects among them. */
function leavesOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  const inner = Object.values(value).flatMap(leavesOf);
  return inner.length === 0 ? [value] : inner;
}
