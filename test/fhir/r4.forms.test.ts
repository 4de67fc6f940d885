import fc from 'fast-check';
import { r4 } from '../../src/fhir/r4';
import { r4b } from '../../src/fhir/r4b';
import { r5 } from '../../src/fhir/r5';
import { r6 } from '../../src/fhir/r6';
import type { FhirRelease, RenderContext } from '../../src/fhir/releases';
import { nasty, study } from './arbitraries';
import { contextOf, samplesOf } from './r4Samples';
import { containedIds, faultyValues, localReferences } from './resources';
import { pageOf } from './surroundings';
import { treeOfJson, treeOfXml } from './xmlToJson';

const RELEASES = [r4, r4b, r5, r6];

/** R4B makes R4's studies, which another test shows. */
const RENDERERS = [r4, r5, r6];
const RUNS = { numRuns: 40 };

describe.each(RELEASES)('$title XML and JSON say the same', (release) => {
  it.each(samplesOf(release))('in %s', (_, resource) => {
    expect(treeOfXml(release.toXml(resource))).toEqual(treeOfJson(resource, true));
  });
});

describe.each(RENDERERS)('$title XML and JSON say the same', (release) => {
  it('for any study, whatever the archive put into its texts', () => {
    fc.assert(
      fc.property(study, (any) => {
        const resource = release.imagingStudy(any, contextOf(release));
        expect(treeOfXml(release.toXml(resource))).toEqual(treeOfJson(resource, true));
      }),
      RUNS,
    );
  });

  it('for a page and an outcome with any text in them', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const issue = { severity: 'error', issue: 'value', code: 'invalid-value', text } as const;
        const resource = release.outcome([issue]);
        const entry = { resource, fullUrl: 'urn:uuid:1', title: text, mode: 'outcome' } as const;
        const bundle = release.searchset(pageOf([entry]), contextOf(release));
        expect(treeOfXml(release.toXml(bundle))).toEqual(treeOfJson(bundle, true));
      }),
      RUNS,
    );
  });
});

describe.each(RENDERERS)('$title JSON of any study', (release) => {
  it('holds no control characters, no lone surrogates and nothing empty', () => {
    fc.assert(
      fc.property(study, (any) => {
        expect(faultyValues(release.imagingStudy(any, contextOf(release)))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('has references to all that it contains, to nothing else, and no text inside', () => {
    fc.assert(
      fc.property(study, fc.boolean(), (any, asCopy) => {
        const resource = release.imagingStudy(any, withEndpoint(release, asCopy));
        const ids = containedIds(resource);
        expect(localReferences(resource)).toEqual(new Set(ids));
        expect(new Set(ids).size).toBe(ids.length);
        expect(JSON.stringify(resource.contained ?? [])).not.toContain('"div"');
      }),
      RUNS,
    );
  });
});

function withEndpoint(release: FhirRelease, asCopy: boolean): RenderContext {
  return { ...contextOf(release), endpointAs: asCopy ? 'contained' : 'reference' };
}
