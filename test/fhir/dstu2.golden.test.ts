import { dstu2 } from '../../src/fhir/dstu2';
import { goldenSamplesOf } from './dstu2Samples';
import { golden, lines } from './golden';

describe.each(goldenSamplesOf(dstu2))('DSTU2 %s', (name, resource) => {
  it('is, in JSON, what was read and found right', () => {
    const json = `${JSON.stringify(resource, null, 2)}\n`;
    expect(json).toBe(golden(`dstu2/${name}.json`, json));
  });

  it('is, in XML, what was read and found right', () => {
    const xml = lines(dstu2.toXml(resource));
    expect(xml).toBe(golden(`dstu2/${name}.xml`, xml));
  });
});
