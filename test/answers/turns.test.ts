import fc from 'fast-check';
import { RELEASES } from '../../src/fhir/releases';
import { jsonPieces, writeJson } from '../../src/http/json';
import { renderStudy } from '../../src/http/renderStudy';
import type { Instance, Study } from '../../src/study/model';
import { beginTurn } from '../../src/study/turns';
import { study as anyStudy } from '../fhir/arbitraries';
import { defective, rich } from '../fhir/studies';
import { contextFor } from '../fhir/surroundings';
import { RELEASE_NAMES } from '../search/support';

/* Large answers are made in turns, and are what they would be if they were made at one go. */

const context = contextFor('http://127.0.0.1:8080/fhir');

/** A study whose series have very many instances, among them series with few and with none. */
function large(of: Study): Study {
  const [model] = (of.series ?? []).filter(({ instances }) => instances.length > 0);
  if (model === undefined) throw new Error('the study has a series with instances');
  const instances = (count: number): Instance[] =>
    Array.from({ length: count }, (_, at) => ({
      ...model.instances[at % model.instances.length],
      uid: `1.2.${at}`,
      number: at,
    }));
  const series = [1203, 0, 1, 500, 501].map((count, at) => ({
    ...model,
    uid: `1.3.${at}`,
    instances: instances(count),
  }));
  return { ...of, series: [...series, ...(of.series ?? [])] };
}

describe.each(RELEASE_NAMES)('a study of thousands of instances in %s', (name) => {
  const release = RELEASES[name];
  const { numberOfInstances: told, numberOfSeries: toldSeries, ...uncounted } = rich;

  test.each([
    ['with all there can be', rich],
    ['with defects', { ...rich, defects: defective.defects }],
    ['that the archive did not count', uncounted],
    ['that the archive counts larger', { ...rich, numberOfInstances: 9999, numberOfSeries: 99 }],
  ])('%s is what it would be at one go', async (_, of) => {
    expect([told, toldSeries]).not.toContain(undefined);
    const study = large(of);
    const inTurns = await renderStudy(release, study, context, beginTurn());
    expect(JSON.stringify(inTurns)).toBe(JSON.stringify(release.imagingStudy(study, context)));
  });

  test('is what it would be at one go, whatever else it is', async () => {
    await fc.assert(
      fc.asyncProperty(anyStudy, async (any) => {
        const { series = [] } = large(rich);
        const study = { ...any, series: [...(any.series ?? []), ...series] };
        const inTurns = await renderStudy(release, study, context, beginTurn());
        expect(JSON.stringify(inTurns)).toBe(JSON.stringify(release.imagingStudy(study, context)));
      }),
      { numRuns: 10 },
    );
  });
});

describe('JSON that is written in turns', () => {
  test('is what JSON.stringify makes of it, small or large', async () => {
    const leaf = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null));
    const item = fc.dictionary(fc.string(), fc.oneof(leaf, fc.array(leaf), fc.constant(undefined)));
    const value = fc.record({
      resourceType: fc.string(),
      entry: fc
        .tuple(fc.array(item), fc.nat(3000))
        .map(([items, times]) =>
          Array.from({ length: times }, (_, at) => items[at % Math.max(1, items.length)]),
        ),
      other: item,
    });
    await fc.assert(
      fc.asyncProperty(value, async (each) => {
        expect(await writeJson(each)).toBe(JSON.stringify(each));
      }),
      { numRuns: 50 },
    );
  });

  test('comes in pieces, none of which is large, where it holds many small things', () => {
    const instance = {
      uid: '1.2',
      number: 1,
      sopClass: { system: 'urn:ietf:rfc:3986', code: 'x' },
    };
    const study = {
      series: [{ uid: '1.3', instance: Array.from({ length: 20_000 }, () => instance) }],
    };
    const pieces = [...jsonPieces({ resourceType: 'Bundle', entry: [{ resource: study }] })];
    expect(pieces.length).toBeGreaterThan(30);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(100_000);
  });
});
