import { MAPPING } from '../../src/web/mapping';

/* The page tells of one element which attribute it is made of, where its row has several of both. */

test('an attribute that is named for one element is among those of its row', () => {
  for (const { dicom, elements, each = {} } of MAPPING) {
    const known = Object.values(elements).flat();
    for (const [element, attribute] of Object.entries(each)) {
      const [tag = ''] = /\([0-9A-F]{4},[0-9A-F]{4}\)/.exec(attribute) ?? [];
      expect([element, known.includes(element), dicom.includes(tag)]).toEqual([
        element,
        true,
        true,
      ]);
    }
  }
});
