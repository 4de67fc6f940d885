import { EXTENSION_BASE, EXTENSIONS } from '../../src/fhir/extensions';
import { SAMPLES } from './dstu1Samples';

describe('the table of extensions', () => {
  const used = new Set(
    SAMPLES.flatMap(([, resource]) =>
      Array.from(JSON.stringify(resource).matchAll(/"url":"([^"]+)"/g), (match) => match[1] ?? ''),
    ).filter((url) => url.startsWith(EXTENSION_BASE)),
  );

  it('has every extension that is in some resource, and no other', () => {
    const urls = Object.keys(EXTENSIONS).map((name) => EXTENSION_BASE + name);
    expect([...used].sort()).toEqual(urls.sort());
  });

  it.each(Object.entries(EXTENSIONS))('tells in one line what %s means', (_, row) => {
    expect(row.meaning).toMatch(/^[^\n|]+$/);
  });
});
