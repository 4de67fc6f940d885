import { RELEASES, type Resource } from '../../src/fhir/releases';
import { rich, STUDIES } from './studies';
import { contextFor, facts, outcomeOf, pageOf } from './surroundings';

const { dstu1 } = RELEASES;

export const BASE_URL = 'http://127.0.0.1:8080/fhir/dstu1';
export const context = contextFor(BASE_URL);

const outcome = outcomeOf(dstu1);

const studies = Object.entries(STUDIES).map(
  ([name, study]) => [`study-${name}`, dstu1.imagingStudy(study, context)] as const,
);

const page = pageOf(
  [
    ...studies.slice(0, 2).map(([name, resource]) => ({
      resource,
      fullUrl: `${BASE_URL}/ImagingStudy/${name}`,
      title: `Study ${name}`,
      mode: 'match' as const,
    })),
    {
      resource: dstu1.patient(rich.patient, context),
      fullUrl: `${BASE_URL}/Patient/1`,
      title: 'Patient <1>',
      mode: 'include' as const,
    },
    {
      resource: outcome,
      fullUrl: 'urn:uuid:50ea3e5e-b6a7-4f55-956c-caef491bbc08',
      title: 'Warnings',
      mode: 'outcome' as const,
    },
  ],
  2,
);

/** One resource of every kind that the release makes, by the name of its golden files. */
export const SAMPLES: readonly (readonly [string, Resource])[] = [
  ...studies,
  ['patient-rich', dstu1.patient(rich.patient, context)],
  ['patient-scripts', dstu1.patient(STUDIES.scripts.patient, context)],
  ['patient-unknown', dstu1.patient(STUDIES.bare.patient, context)],
  ['outcome', outcome],
  ['searchset', dstu1.searchset(page, context)],
  ['searchset-empty', dstu1.searchset(pageOf([]), context)],
  ['conformance', dstu1.conformance(facts)],
];
