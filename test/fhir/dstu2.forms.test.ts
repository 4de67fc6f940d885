import fc from 'fast-check';
import { dstu2 } from '../../src/fhir/dstu2';
import { stu3 } from '../../src/fhir/stu3';
import { nasty, study } from './arbitraries';
import { contextOf, samplesOf } from './dstu2Samples';
import { faultyValues } from './resources';
import { pageOf } from './surroundings';
import { treeOfJson, treeOfXml } from './xmlToJson';

const RELEASES = [dstu2, stu3];

describe.each(RELEASES)('$title XML and JSON say the same', (release) => {
  const context = contextOf(release);

  it.each(samplesOf(release))('in %s', (_, resource) => {
    expect(treeOfXml(release.toXml(resource))).toEqual(treeOfJson(resource, true));
  });

  it('for any study, whatever the archive put into its texts', () => {
    fc.assert(
      fc.property(study, (any) => {
        const resource = release.imagingStudy(any, context);
        expect(treeOfXml(release.toXml(resource))).toEqual(treeOfJson(resource, true));
      }),
    );
  });

  it('for a page and an outcome with any text in them', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const issue = { severity: 'error', issue: 'value', code: 'invalid-value', text } as const;
        const resource = release.outcome([issue]);
        const entry = { resource, fullUrl: 'urn:uuid:1', title: text, mode: 'outcome' } as const;
        const bundle = release.searchset(pageOf([entry]), context);
        expect(treeOfXml(release.toXml(bundle))).toEqual(treeOfJson(bundle, true));
      }),
    );
  });
});

describe.each(RELEASES)('$title JSON of any study', (release) => {
  it('holds no control characters, no lone surrogates and nothing empty', () => {
    fc.assert(
      fc.property(study, (any) => {
        expect(faultyValues(release.imagingStudy(any, contextOf(release)))).toEqual([]);
      }),
    );
  });
});
