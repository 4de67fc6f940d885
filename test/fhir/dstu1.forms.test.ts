import fc from 'fast-check';
import { RELEASES, type Resource } from '../../src/fhir/releases';
import { nasty, study } from './arbitraries';
import { context, SAMPLES } from './dstu1Samples';
import { faultyValues } from './resources';
import { pageOf } from './surroundings';
import { treeOfJson, treeOfXml, type Tree } from './xmlToJson';

const { dstu1 } = RELEASES;

describe('DSTU1 XML and JSON say the same', () => {
  it.each(SAMPLES.filter(([, resource]) => resource.resourceType !== 'Bundle'))(
    'in %s',
    (_, resource) => {
      expect(treeOfXml(dstu1.toXml(resource))).toEqual(treeOfJson(resource, false));
    },
  );

  it.each(SAMPLES.filter(([, resource]) => resource.resourceType === 'Bundle'))(
    'in the feed %s',
    (_, bundle) => expect(treeOfXml(dstu1.toXml(bundle))).toEqual(treeOfFeed(bundle)),
  );

  it('for any study, whatever the archive put into its texts', () => {
    fc.assert(
      fc.property(study, (any) => {
        const resource = dstu1.imagingStudy(any, context);
        expect(treeOfXml(dstu1.toXml(resource))).toEqual(treeOfJson(resource, false));
      }),
    );
  });

  it('for a page and an outcome with any text in them', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const issue = { severity: 'error', issue: 'value', code: 'invalid-value', text } as const;
        const resource = dstu1.outcome([issue]);
        const entry = { resource, fullUrl: 'urn:uuid:1', title: text, mode: 'outcome' } as const;
        const bundle = dstu1.searchset({ ...pageOf([entry]), title: text }, context);
        expect(treeOfXml(dstu1.toXml(bundle))).toEqual(treeOfFeed(bundle));
      }),
    );
  });
});

describe('DSTU1 JSON of any study', () => {
  it('holds no control characters, no lone surrogates and nothing empty', () => {
    fc.assert(
      fc.property(study, (any) => {
        expect(faultyValues(dstu1.imagingStudy(any, context))).toEqual([]);
      }),
    );
  });
});

/** The tree that the Atom form of a JSON bundle must have (DSTU1 xml.html, json.html: "Bundles"). */
function treeOfFeed(bundle: Resource): Tree {
  return element('feed', {}, feedChildren(bundle));
}

function feedChildren(json: object): Tree[] {
  return Object.entries(json).flatMap(([name, value]: [string, unknown]) => {
    if (name === 'resourceType') return [];
    if (name === 'totalResults') return [textElement('os:totalResults', value)];
    if (name === 'content')
      return [element(name, { type: 'text/xml' }, [treeOfJson(value, false)])];
    if (name === 'summary') {
      const div = { ...element('div', {}, []), text: String(value) };
      return [element(name, { type: 'xhtml' }, [div])];
    }
    if (!Array.isArray(value)) return [textElement(name, value)];
    return value.map((item: object) =>
      name === 'link' ? element(name, { ...item }, []) : element(name, {}, feedChildren(item)),
    );
  });
}

function element(name: string, attributes: Tree['attributes'], children: readonly Tree[]): Tree {
  return { name, attributes, children };
}

function textElement(name: string, value: unknown): Tree {
  return { ...element(name, {}, []), text: String(value) };
}
