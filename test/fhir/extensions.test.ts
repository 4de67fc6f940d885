import { EXTENSION_BASE, EXTENSIONS } from '../../src/fhir/extensions';
import { r4 } from '../../src/fhir/r4';
import { SAMPLES } from './dstu1Samples';
import { samplesOf } from './r4Samples';

describe('the table of extensions', () => {
  const resources = samplesOf(r4).filter(([name]) => !name.startsWith('definition-'));
  const used = new Set(
    [...SAMPLES, ...resources]
      .flatMap(([, resource]) =>
        Array.from(
          JSON.stringify(resource).matchAll(/"url":"([^"]+)"/g),
          (match) => match[1] ?? '',
        ),
      )
      .filter((url) => url.startsWith(EXTENSION_BASE)),
  );

  it('has every extension that is in some resource, and no other', () => {
    const urls = Object.keys(EXTENSIONS).map((name) => EXTENSION_BASE + name);
    expect([...used].sort()).toEqual(urls.sort());
  });

  it.each(Object.entries(EXTENSIONS))('tells in one line what %s means', (_, row) => {
    expect(row.meaning).toMatch(/^[^\n|]+$/);
  });
});
