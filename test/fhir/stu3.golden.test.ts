import { stu3 } from '../../src/fhir/stu3';
import { goldenSamplesOf } from './dstu2Samples';
import { golden, lines } from './golden';

describe.each(goldenSamplesOf(stu3))('STU3 %s', (name, resource) => {
  it('is, in JSON, what was read and found right', () => {
    const json = `${JSON.stringify(resource, null, 2)}\n`;
    expect(json).toBe(golden(`stu3/${name}.json`, json));
  });

  it('is, in XML, what was read and found right', () => {
    const xml = lines(stu3.toXml(resource));
    expect(xml).toBe(golden(`stu3/${name}.xml`, xml));
  });
});
