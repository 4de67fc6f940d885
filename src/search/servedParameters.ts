import {
  readConnectionType,
  readEndpointStatus,
  readServedId,
  readServedIdentifier,
  readServedName,
  readServedUrl,
} from './served';
import { spelled, type Parameter } from './rows';

/*
 * The search parameters of the resources that the gateway has of its own: the Endpoint of the archive, and
 * the definitions of its extensions.
 */

export const SERVED_PARAMETERS: readonly Parameter[] = [
  {
    resource: 'Endpoint',
    releases: spelled('token', '_id', 'stu3'),
    documentation: 'Logical id of the endpoint',
    read: readServedId('endpoint'),
    missing: 'never',
  },
  {
    resource: 'Endpoint',
    releases: spelled('token', 'connection-type', 'stu3'),
    documentation: 'The protocol of the endpoint: dicom-wado-rs',
    read: readConnectionType,
    missing: 'never',
  },
  {
    resource: 'Endpoint',
    releases: spelled('token', 'identifier', 'stu3'),
    documentation: 'Identifier of the endpoint: value, system|value or |value',
    read: readServedIdentifier('endpoint'),
  },
  {
    resource: 'Endpoint',
    releases: spelled('string', 'name', 'stu3'),
    documentation: 'Name of the endpoint, from its start, case and accents aside',
    read: readServedName('endpoint'),
  },
  {
    resource: 'Endpoint',
    releases: spelled('token', 'status', 'stu3'),
    documentation: 'Status of the endpoint: active',
    read: readEndpointStatus,
    missing: 'never',
  },
  {
    resource: 'StructureDefinition',
    releases: spelled('token', '_id', 'dstu2'),
    documentation: 'Logical id of the definition',
    read: readServedId('definition'),
    missing: 'never',
  },
  {
    resource: 'StructureDefinition',
    releases: spelled('string', 'name', 'dstu2'),
    documentation: 'Name of the definition, from its start, case and accents aside',
    read: readServedName('definition'),
    missing: 'never',
  },
  {
    resource: 'StructureDefinition',
    releases: spelled('uri', 'url', 'dstu2'),
    documentation: 'Canonical URL of the definition, to the letter',
    read: readServedUrl('definition'),
    missing: 'never',
  },
];
