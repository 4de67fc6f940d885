import { RELEASES, type FhirRelease, type ReleaseName } from '../fhir/releases';
import { declaredParameters } from '../search/parameters';
import { resultParametersOf } from '../search/results';
import type { SearchType } from '../search/dialects';
import { NATIVE_TYPES } from './binary/headers';
import type { Software } from './conformance';

/**
 * The gateway as an OpenAPI 3.1 document, from the tables that the search runs on: every release's paths with
 * the parameters that work there.
 *
 * @param baseUrl URL at which clients reach the gateway, no trailing slash
 * @param typesOf the resource types that a release serves
 * @param binary whether Binary is read here
 */
export function openApi(
  software: Software,
  baseUrl: string,
  typesOf: (release: FhirRelease) => readonly SearchType[],
  binary: boolean,
): object {
  const paths = Object.values(RELEASES).flatMap((release) => [
    ...pathsOf(release, typesOf(release)),
    ...(binary ? [binaryPath(release)] : []),
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: software.name,
      version: software.version,
      description: 'FHIR ImagingStudy, live from a PACS that speaks DICOMweb',
    },
    servers: [{ url: baseUrl }],
    paths: Object.fromEntries(paths),
  };
}

type Path = readonly [path: string, operations: object];

function pathsOf(release: FhirRelease, types: readonly SearchType[]): Path[] {
  const base = `/fhir/${release.name}`;
  const read = (type: SearchType): Path => [
    `${base}/${type}/{id}`,
    { get: operation(release, `Read ${type}`, 'resource', [ID]) },
  ];
  const search = (type: SearchType, path: string, within: readonly object[]): Path[] => {
    const parameters = searchParameters(release.name, type);
    const names = parameters.map(({ name }) => [name, { type: 'string' }] as const);
    const schema = { type: 'object', properties: Object.fromEntries(names) };
    const requestBody = { content: { 'application/x-www-form-urlencoded': { schema } } };
    const got = operation(release, `Search ${type}`, 'bundle', [...within, ...parameters]);
    const posted = operation(release, `Search ${type} by a form`, 'bundle', within);
    return [
      [path, { get: got }],
      [`${path}/_search`, { get: got, post: { ...posted, requestBody } }],
    ];
  };
  const asked = searchParameters(release.name, 'ImagingStudy');
  const explain = operation(release, 'What a search asks of the archive', 'resource', asked);
  const versions = operation(release, 'The releases that can be had', 'resource', []);
  const definition = operation(release, 'Read OperationDefinition', 'resource', [ID]);
  return [
    [`${base}/metadata`, { get: operation(release, 'What works here', 'resource', []) }],
    ...types.flatMap((type) => [...search(type, `${base}/${type}`, []), read(type)]),
    ...search('ImagingStudy', `${base}/Patient/{id}/ImagingStudy`, [ID]),
    [`${base}/ImagingStudy/$explain`, { get: explain }],
    ...(release.structureDefinition === undefined
      ? []
      : ([
          [`${base}/$versions`, { get: versions }],
          [`${base}/OperationDefinition/{id}`, { get: definition }],
        ] as const)),
  ];
}

/** Binary, which is its content unless a FHIR media type is asked for. */
function binaryPath(release: FhirRelease): Path {
  const read = operation(release, 'Read Binary', 'resource', [ID]);
  const native = Object.fromEntries(NATIVE_TYPES.map((type) => [type, {}]));
  const { responses } = read;
  const resource = release.binary === undefined ? {} : responses['200'].content;
  const answer = { description: 'The content', content: { ...native, ...resource } };
  return [
    `/fhir/${release.name}/Binary/{id}`,
    { get: { ...read, responses: { ...responses, '200': answer } } },
  ];
}

const ID = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };

function searchParameters(release: ReleaseName, type: SearchType) {
  const rows = [...declaredParameters(release, type), ...resultParametersOf(release, type)];
  return rows.map(({ name, documentation }) => ({
    name,
    in: 'query',
    description: documentation,
    schema: { type: 'string' },
  }));
}

function operation(
  release: FhirRelease,
  summary: string,
  kind: 'resource' | 'bundle',
  parameters: readonly object[],
) {
  const content = Object.fromEntries(
    [release.mediaType('json', kind), release.mediaType('xml', kind)].map((type) => [type, {}]),
  );
  return {
    summary: `${summary} (FHIR ${release.title})`,
    parameters,
    responses: {
      '200': { description: 'The answer', content },
      default: { description: 'An OperationOutcome', content },
    },
  };
}
