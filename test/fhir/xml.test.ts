import { resource } from '../../src/fhir/elements';
import { narrative, paragraph, table } from '../../src/fhir/narrative';
import { escapeXml, writeResource } from '../../src/fhir/xml';
import { treeOfJson, treeOfXml } from './xmlToJson';

const AS_ATTRIBUTE = { resourceIdIsElement: false };
const AS_ELEMENT = { resourceIdIsElement: true };

/** A resource with every construction that the XML form treats in its own way. */
const sample = {
  resourceType: 'Patient',
  id: 'p1',
  text: narrative([paragraph('a < b')]),
  contained: [{ resourceType: 'Practitioner', id: 'doc' }],
  extension: [{ id: 'e1', url: 'http://example.org/x?a&b', valueInteger: 0 }],
  identifier: [{ id: 'i1', system: 'urn:x', url: 'not an attribute here' }],
  name: [{ family: ['du', null, 'Marché'], _family: [{ id: 'f1' }, { extension: [] }, null] }],
  active: false,
  _birthDate: { extension: [{ url: 'http://example.org/why', valueCode: 'unknown' }] },
};

describe('the XML form of a resource', () => {
  it.each([AS_ATTRIBUTE, AS_ELEMENT])('says what the JSON form says, %j', (rules) => {
    const tree = treeOfXml(writeResource(sample, rules));
    expect(tree).toEqual(treeOfJson(withoutGaps(), rules.resourceIdIsElement));
  });

  it('has the id of a resource where the release wants it, and of an element in an attribute', () => {
    expect(writeResource(sample, AS_ATTRIBUTE)).toContain('<Practitioner id="doc"/>');
    const later = writeResource(sample, AS_ELEMENT);
    expect(later).toContain('<Practitioner><id value="doc"/></Practitioner>');
    expect(later).toContain('<identifier id="i1">');
  });

  it('writes the url of an extension as an attribute and any other as an element', () => {
    const xml = writeResource(sample, AS_ATTRIBUTE);
    expect(xml).toContain('<extension id="e1" url="http://example.org/x?a&amp;b">');
    expect(xml).toContain('<url value="not an attribute here"/>');
  });

  it('joins a primitive and its `_name` sibling, item by item, and skips an empty pair', () => {
    const xml = writeResource(sample, AS_ATTRIBUTE);
    expect(xml).toContain('<name><family id="f1" value="du"/><family value="Marché"/></name>');
    expect(xml).toContain('<birthDate><extension url="http://example.org/why">');
  });
});

describe('a text in XML', () => {
  it('keeps tabs and line ends, which a parser would make blanks', () => {
    expect(escapeXml('a\tb\r\nc')).toBe('a&#9;b&#13;&#10;c');
  });

  it('loses what XML 1.0 has no way to write', () => {
    expect(escapeXml('a\u0000\u001b\uFFFEb\uD800c😀')).toBe('ab\uFFFDc😀');
  });

  it('cannot end an attribute, an element or a CDATA section', () => {
    expect(escapeXml(`"'<&]]>`)).toBe('&quot;&#39;&lt;&amp;]]&gt;');
  });
});

describe('a resource put together', () => {
  it('has nothing empty in it, at any depth', () => {
    const made = resource('X', { a: ' ', b: [undefined, ''], c: { d: [{ e: '\u0000' }] }, f: 0 });
    expect(made).toEqual({ resourceType: 'X', f: 0 });
  });

  it('has no padding and no characters that a client cannot read', () => {
    expect(resource('X', { a: ' b\u0007\nc ' })).toEqual({ resourceType: 'X', a: 'b\nc' });
  });
});

describe('a narrative', () => {
  it('is text only, whatever the archive put into it', () => {
    const { div } = narrative([
      table([
        ['A', '<script>&'],
        ['B', undefined],
      ]),
      paragraph('x\r\n y'),
    ]);
    expect(div).toBe(
      '<div xmlns="http://www.w3.org/1999/xhtml"><table><tbody>' +
        '<tr><td>A</td><td>&lt;script&gt;&amp;</td></tr></tbody></table><p>x y</p></div>',
    );
  });
});

/** The sample without the item that has neither value nor content, which XML cannot show. */
function withoutGaps(): typeof sample {
  return { ...sample, name: [{ family: ['du', 'Marché'], _family: [{ id: 'f1' }, null] }] };
}
