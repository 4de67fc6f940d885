import type { Study } from '../../study/model';
import type { Members } from '../elements';

/** Where a study was made: the contained Location, and the reference to it; both absent when untold. */
export interface Place {
  readonly contained: readonly Members[];
  readonly reference?: Members;
}

/**
 * Institutional Department Name (0008,1040) and Institution Name (0008,0080) as a contained Location
 * (location.html of 4.0.1): the department, managed by the institution.
 */
export function locationOf(study: Study): Place {
  const { department, institution } = study;
  const display = [department, institution].filter(Boolean).join(', ');
  if (display === '') return { contained: [] };
  const location = {
    resourceType: 'Location',
    id: 'location',
    name: department ?? institution,
    managingOrganization: { display: department && institution },
  };
  return { contained: [location], reference: { reference: '#location', display } };
}
