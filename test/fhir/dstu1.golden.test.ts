import { RELEASES } from '../../src/fhir/releases';
import { SAMPLES } from './dstu1Samples';
import { golden, lines } from './golden';

describe.each(SAMPLES)('DSTU1 %s', (name, resource) => {
  it('is, in JSON, what was read and found right', () => {
    const json = `${JSON.stringify(resource, null, 2)}\n`;
    expect(json).toBe(golden(`dstu1/${name}.json`, json));
  });

  it('is, in XML, what was read and found right', () => {
    const xml = lines(RELEASES.dstu1.toXml(resource));
    expect(xml).toBe(golden(`dstu1/${name}.xml`, xml));
  });
});
