import { code } from './elements';

/** A SNOMED CT concept. */
interface Concept {
  readonly code: string;
  readonly display: string;
}

/** One side of the body, as the value sets of the releases name it. */
export interface Side {
  /** Of the value set bodysite-laterality, which DSTU2 to R4B bind. */
  readonly bodySite: Concept;
  /** Of PS3.16 CID 244, which R5 binds. */
  readonly cid244: Concept;
}

const BILATERAL: Concept = { code: '51440002', display: 'Bilateral' };

/** THE TABLE of sides, by Laterality (0020,0060). */
const SIDES: ReadonlyMap<string, Side> = new Map([
  [
    'R',
    {
      bodySite: { code: '419465000', display: 'Unilateral right' },
      cid244: { code: '24028007', display: 'Right' },
    },
  ],
  [
    'L',
    {
      bodySite: { code: '419161000', display: 'Unilateral left' },
      cid244: { code: '7771000', display: 'Left' },
    },
  ],
  ['B', { bodySite: BILATERAL, cid244: BILATERAL }],
]);

/**
 * The side that a Laterality (0020,0060) means. `U` has none: it is "unpaired" in one attribute of DICOM
 * (0020,0062) and "unilateral" in one of its lists, and a wrong side harms more than an unknown one.
 */
export function side(laterality: string | undefined): Side | undefined {
  return SIDES.get(code(laterality)?.toUpperCase() ?? '');
}
