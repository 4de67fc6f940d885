import type { ReleaseName, Resource } from './releases';

/*
 * `_summary` and `_elements` (search page of each release, "summary" and "elements"): parts of a resource, marked
 * as such, with what the release demands always there.
 */

/** What of a resource a client wants. */
export interface Wanted {
  readonly summary: 'true' | 'false' | 'text' | 'data' | 'count';
  readonly elements?: readonly string[];
}

/** Facts of a release about parts of resources. */
interface SubsetRules {
  /** Elements with a minimum cardinality of 1, by resource type. */
  readonly mandatory: Readonly<Record<string, readonly string[]>>;
  /** Whether series.instance belongs to the summary. */
  readonly instancesInSummary: boolean;
  /** System of the tag SUBSETTED; without one the release has no `meta`. */
  readonly tagSystem?: string;
}

const V3 = 'http://hl7.org/fhir/v3/ObservationValue';
const V3_TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue';
const ENDPOINT_R4 = ['status', 'connectionType', 'payloadType', 'address'];
const DEFINITION = ['url', 'name', 'status', 'kind', 'abstract', 'type'];
const COUNTS = ['numberOfSeries', 'numberOfInstances'];

const R4: SubsetRules = {
  mandatory: {
    ImagingStudy: ['status', 'subject'],
    Endpoint: ENDPOINT_R4,
    StructureDefinition: DEFINITION,
  },
  instancesInSummary: false,
  tagSystem: V3_TERMINOLOGY,
};
const R5: SubsetRules = {
  ...R4,
  mandatory: { ...R4.mandatory, Endpoint: ['status', 'connectionType', 'address'] },
};

const RULES: Readonly<Record<ReleaseName, SubsetRules>> = {
  dstu1: { mandatory: { ImagingStudy: ['subject', 'uid', ...COUNTS] }, instancesInSummary: false },
  dstu2: {
    mandatory: {
      ImagingStudy: ['patient', 'uid', ...COUNTS],
      StructureDefinition: DEFINITION,
    },
    instancesInSummary: true,
    tagSystem: V3,
  },
  stu3: {
    mandatory: {
      ImagingStudy: ['uid', 'patient'],
      Endpoint: ENDPOINT_R4,
      StructureDefinition: DEFINITION,
    },
    instancesInSummary: false,
    tagSystem: V3,
  },
  r4: R4,
  r4b: R4,
  r5: R5,
  r6: R5,
};

/** Members that are never asked for and always stay. */
const ALWAYS = ['resourceType', 'id', 'meta', 'contained'];

/** The wanted part of a resource; the resource itself where all of it is wanted. */
export function subset(resource: Resource, release: ReleaseName, wanted: Wanted): Resource {
  const rules = RULES[release];
  const keep = [...ALWAYS, ...(rules.mandatory[resource.resourceType] ?? [])];
  if (wanted.elements !== undefined) {
    return tag(only(resource, [...keep, ...wanted.elements]), rules);
  }
  switch (wanted.summary) {
    case 'text':
      return tag(only(resource, [...keep, 'text']), rules);
    case 'data':
      return tag(without(resource, ['text']), rules);
    case 'true':
      return tag(summary(resource, rules), rules);
    case 'false':
    case 'count':
      return resource;
  }
}

function summary(resource: Resource, rules: SubsetRules): Resource {
  const short = without(resource, ['text']);
  if (rules.instancesInSummary || !Array.isArray(short.series)) return short;
  const series = short.series.map((each: object) => without(each, ['instance']));
  return { ...short, series };
}

function only(resource: Resource, names: readonly string[]): Resource {
  return pick(resource, (name) => names.includes(name.replace(/^_/, '')));
}

function without<T extends object>(value: T, names: readonly string[]): T {
  return pick(value, (name) => !names.includes(name));
}

function pick<T extends object>(value: T, wanted: (name: string) => boolean): T {
  const members: readonly (readonly [string, unknown])[] = Object.entries(value);
  return Object.fromEntries(members.filter(([name]) => wanted(name))) as T;
}

/** Marks a part as one, and drops contained resources that nothing in it refers to any more (dom-3). */
function tag(part: Resource, { tagSystem }: SubsetRules): Resource {
  const used = JSON.stringify({ ...part, contained: undefined });
  const contained = Array.isArray(part.contained)
    ? part.contained.filter((each: { id?: string }) => used.includes(`"#${each.id ?? ''}"`))
    : [];
  const others = without<Readonly<Record<string, unknown>>>(part, ['contained']);
  const marked = tagSystem === undefined ? others : { ...others, meta: mark(part.meta, tagSystem) };
  return inOrder(part, contained.length > 0 ? { ...marked, contained } : marked);
}

function mark(meta: unknown, system: string): object {
  const known = typeof meta === 'object' && meta !== null ? meta : {};
  return { ...known, tag: [{ system, code: 'SUBSETTED' }] };
}

/** `id` and `meta` first, then the members as the specification orders them, which XML needs. */
function inOrder(model: Resource, part: Readonly<Record<string, unknown>>): Resource {
  const order = ['resourceType', 'id', 'meta', ...Object.keys(model)];
  const entries = [...new Set(order)]
    .filter((name) => part[name] !== undefined)
    .map((name): [string, unknown] => [name, part[name]]);
  return { resourceType: model.resourceType, ...Object.fromEntries(entries) };
}
