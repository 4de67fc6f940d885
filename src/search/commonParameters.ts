import type { ReleaseName } from '../fhir/releases';
import type { ParameterType, SearchType } from './dialects';
import { refused, spelled, type Parameter } from './rows';

/*
 * Parameters of every resource type that no archive can answer. A type that a release does not have leaves
 * them unreachable there, and so they are listed for all types alike.
 */

const NO_TEXT_INDEX = 'an archive has no index of texts';
const NO_TAGS = 'an archive keeps no FHIR tags, profiles or security labels';

interface Common {
  readonly name: string;
  readonly type: ParameterType;
  readonly refusal: string;
  readonly first?: ReleaseName;
}

const COMMON: readonly Common[] = [
  { name: '_text', type: 'string', refusal: NO_TEXT_INDEX },
  { name: '_content', type: 'string', refusal: NO_TEXT_INDEX },
  { name: '_tag', type: 'token', refusal: NO_TAGS },
  { name: '_profile', type: 'uri', refusal: NO_TAGS },
  { name: '_security', type: 'token', refusal: NO_TAGS },
  { name: '_query', type: 'token', refusal: 'no named queries are defined here' },
  {
    name: '_list',
    type: 'string',
    refusal: 'an archive keeps no FHIR lists',
    first: 'dstu2',
  },
  {
    name: '_filter',
    type: 'string',
    refusal: 'filter expressions are not read here; write them as parameters',
    first: 'dstu2',
  },
  {
    name: '_has',
    type: 'string',
    refusal: 'no resource of this server refers to this one in a way that can be searched',
    first: 'stu3',
  },
  {
    name: '_type',
    type: 'token',
    refusal: 'a search here is of one resource type, the one in the path',
    first: 'stu3',
  },
  {
    name: '_source',
    type: 'uri',
    refusal: 'every resource here has the same source, the archive',
    first: 'r4',
  },
  { name: '_in', type: 'reference', refusal: 'an archive keeps no groups or lists', first: 'r5' },
];

const TYPES: readonly SearchType[] = ['ImagingStudy', 'Patient', 'Endpoint', 'StructureDefinition'];

export const COMMON_PARAMETERS: readonly Parameter[] = TYPES.flatMap((resource) =>
  COMMON.map(({ name, type, refusal, first }) =>
    refused(
      resource,
      spelled(type, name, first),
      'A search parameter of every resource type',
      refusal,
    ),
  ),
);
