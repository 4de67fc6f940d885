import { at, items, number, text, type Json } from './json';

/*
 * An ImagingStudy of any release, as far as the page shows it. Where the releases differ, each name that one of them
 * has is looked for; none of them has two meanings.
 */

export interface ShownInstance {
  readonly uid: string | undefined;
  readonly number: number | undefined;
  readonly title: string | undefined;
  /** SOP Class UID. */
  readonly sopClass: string;
}

export interface ShownSeries {
  readonly uid: string | undefined;
  readonly number: number | undefined;
  readonly modality: string;
  readonly description: string | undefined;
  readonly bodySite: string | undefined;
  /** How many the archive counts; {@link instances} may be fewer, and then the page says so. */
  readonly counted: number | undefined;
  readonly instances: readonly ShownInstance[];
}

export interface ShownStudy {
  readonly id: string;
  /** Study Instance UID; undefined where it has no legal form. */
  readonly uid: string | undefined;
  readonly patient: string | undefined;
  readonly patientId: string | undefined;
  readonly started: string | undefined;
  readonly modalities: readonly string[];
  readonly description: string | undefined;
  readonly accession: string | undefined;
  readonly seriesCount: number | undefined;
  readonly instanceCount: number | undefined;
  /** What the gateway warns of in this study, such as `incomplete`. */
  readonly defects: readonly string[];
  readonly series: readonly ShownSeries[];
}

const EXTENSION = 'http://dicomweb-fhir-gateway.org/fhir/extension/';

/** @param id logical id, which a resource of DSTU1 does not hold */
export function readStudy(resource: Json, id: string): ShownStudy {
  const patient = at(resource, 'subject') ?? at(resource, 'patient');
  return {
    id,
    uid: studyUid(resource),
    patient: text(at(patient, 'display')),
    patientId:
      text(at(patient, 'identifier', 'value')) ?? idInReference(text(at(patient, 'reference'))),
    started: text(at(resource, 'started')) ?? text(at(resource, 'dateTime')),
    modalities: modalitiesOf(resource),
    description: text(at(resource, 'description')),
    accession: accessionOf(resource),
    seriesCount: number(at(resource, 'numberOfSeries')),
    instanceCount: number(at(resource, 'numberOfInstances')),
    defects: extensions(resource, 'defect', 'valueCode'),
    series: items(at(resource, 'series')).map(readSeries),
  };
}

function readSeries(series: Json): ShownSeries {
  const site = at(series, 'bodySite');
  return {
    uid: bareUid(text(at(series, 'uid'))),
    number: number(at(series, 'number')),
    modality: codeOf(at(series, 'modality')) ?? '',
    description: text(at(series, 'description')),
    bodySite:
      text(at(site, 'display')) ??
      text(at(site, 'concept', 'text')) ??
      text(at(site, 'concept', 'coding', 'display')),
    counted: number(at(series, 'numberOfInstances')),
    instances: items(at(series, 'instance')).map(readInstance),
  };
}

function readInstance(instance: Json): ShownInstance {
  const sopClass = at(instance, 'sopClass') ?? at(instance, 'sopclass');
  return {
    uid: bareUid(text(at(instance, 'uid'))),
    number: number(at(instance, 'number')),
    title: text(at(instance, 'title')),
    sopClass: bareUid(text(sopClass) ?? text(at(sopClass, 'code'))) ?? '',
  };
}

function studyUid(resource: Json): string | undefined {
  const own = text(at(resource, 'uid'));
  if (own !== undefined) return bareUid(own);
  const identifier = items(at(resource, 'identifier')).find(
    (each) => text(at(each, 'system')) === 'urn:dicom:uid',
  );
  return bareUid(text(at(identifier, 'value')));
}

/** What of a UID can stand in a WADO-RS URL; undefined for what has another form. */
function bareUid(uid: string | undefined): string | undefined {
  const bare = uid?.replace(/^urn:oid:/, '');
  return bare !== undefined && /^[0-9A-Za-z.-]+$/.test(bare) ? bare : undefined;
}

function modalitiesOf(resource: Json): string[] {
  const listed = [...items(at(resource, 'modality')), ...items(at(resource, 'modalityList'))];
  const codes = listed.flatMap((each) => codeOf(each) ?? []);
  return [...new Set([...codes, ...extensions(resource, 'other-modality', 'valueString')])];
}

/** A code, a Coding or a CodeableConcept. */
function codeOf(value: Json | undefined): string | undefined {
  return text(value) ?? text(at(value, 'code')) ?? text(at(value, 'coding', 'code'));
}

function accessionOf(resource: Json): string | undefined {
  const own = at(resource, 'accessionNo', 'value') ?? at(resource, 'accession', 'value');
  const identifiers = [
    ...items(at(resource, 'identifier')),
    ...items(at(resource, 'basedOn')).flatMap((order) => items(at(order, 'identifier'))),
  ];
  const typed = identifiers.find((each) =>
    items(at(each, 'type', 'coding')).some((coding) => text(at(coding, 'code')) === 'ACSN'),
  );
  return text(own) ?? text(at(typed, 'value'));
}

function extensions(resource: Json, name: string, member: string): string[] {
  return items(at(resource, 'extension'))
    .filter((each) => text(at(each, 'url')) === EXTENSION + name)
    .flatMap((each) => text(at(each, member)) ?? []);
}

function idInReference(reference: string | undefined): string | undefined {
  return reference?.startsWith('Patient/') === true ? reference.slice(8) : undefined;
}

/** A date and time for people, no more precise than it is and in its own zone: `2024-06-18 13:30`. */
export function readableTime(started: string | undefined): string {
  const [, date = '', time = ''] = /^([\d-]+)(?:T(\d\d:\d\d))?/.exec(started ?? '') ?? [];
  return `${date} ${time}`.trim();
}
