import { r4 } from '../../src/fhir/r4';
import { r4b } from '../../src/fhir/r4b';
import { r5 } from '../../src/fhir/r5';
import { r6 } from '../../src/fhir/r6';
import { golden, lines } from './golden';
import { samplesOf } from './r4Samples';

/** Samples that show what a release has of its own; the others would repeat R4's page for page. */
const OWN = /^(study-(rich|crew|defective|illegalUids|oddModalities)|endpoint|conformance)$/;

const CASES = [r4, r4b, r5, r6].flatMap((release) =>
  samplesOf(release)
    .filter(([name]) => release === r4 || OWN.test(name))
    .filter(([name]) => !name.startsWith('definition-') || name === 'definition-wado-rs-url')
    .map(([name, resource]) => ({ release, name, resource })),
);

describe.each(CASES)('$release.title $name', ({ release, name, resource }) => {
  it('is, in JSON, what was read and found right', () => {
    const json = `${JSON.stringify(resource, null, 2)}\n`;
    expect(json).toBe(golden(`${release.name}/${name}.json`, json));
  });

  it('is, in XML, what was read and found right', () => {
    const xml = lines(release.toXml(resource));
    expect(xml).toBe(golden(`${release.name}/${name}.xml`, xml));
  });
});
