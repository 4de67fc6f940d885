import { layOutXml } from '../../src/fhir/layout';
import { RELEASES } from '../../src/fhir/releases';
import { STUDIES } from './studies';
import { contextFor } from './surroundings';
import { treeOfXml, type Tree } from './xmlToJson';

/** A tree without the line ends and indents between its elements. */
function withoutLayout({ text, children, ...own }: Tree): Tree {
  const layout = text === undefined || text.trim() === '';
  return { ...own, ...(!layout && { text }), children: children.map(withoutLayout) };
}

describe('a document laid out for people', () => {
  test('has a line for each element, indented by its depth', () => {
    expect(layOutXml('<a><b value="1"/><c><d value="2"/></c><t>text</t></a>')).toBe(
      [
        '<a>',
        '  <b value="1"/>',
        '  <c>',
        '    <d value="2"/>',
        '  </c>',
        '  <t>text</t>',
        '</a>',
      ].join('\n'),
    );
  });

  test('keeps a narrative as it is, nested divs and white space included', () => {
    const div = '<div xmlns="x"><p>one <b>two</b></p><div>three</div></div>';
    expect(layOutXml(`<a><text><s value="g"/>${div}</text><z value="1"/></a>`)).toBe(
      [
        '<a>',
        '  <text>',
        '    <s value="g"/>',
        `    ${div}`,
        '  </text>',
        '  <z value="1"/>',
        '</a>',
      ].join('\n'),
    );
  });

  test.each(Object.values(RELEASES))('of $name says what the compact one says', (release) => {
    for (const study of Object.values(STUDIES)) {
      const xml = release.toXml(
        release.imagingStudy(study, contextFor(`http://a.test/fhir/${release.name}`)),
      );
      expect(layOutXml(xml)).toMatch(/\n {4}</);
      expect(withoutLayout(treeOfXml(layOutXml(xml)))).toEqual(treeOfXml(xml));
    }
  });
});
