import type http from 'node:http';
import { ask } from './ask';
import type { StudiesWanted } from './byHand';

/** What is asked of the gateway, and how a naive program would ask the archive for it. */
export interface Scenario {
  readonly title: string;
  /** Path and query of the gateway's request. */
  readonly path: string;
  readonly naive: StudiesWanted;
  /** What must be in the answer, where the archive's content is known. */
  readonly expected?: Content;
  /** Set where the answer shows no instances. */
  readonly shallow?: true;
}

/** What an answer holds. */
export interface Content {
  readonly studies: number;
  readonly instances: number;
}

const PAGE = 50;
const PAGE_PATH = `/fhir/ImagingStudy?_count=${PAGE}&_format=json`;

/** A first page with studies alone, and one with their series. */
export const FIRST_PAGES: readonly Scenario[] = [
  { title: 'studies', path: `${PAGE_PATH}&_summary=true` },
  { title: 'studies and series', path: `/fhir/r4/ImagingStudy?_count=${PAGE}&_summary=true` },
].map((page) => ({ ...page, naive: { first: PAGE }, shallow: true }));

/** A page of studies and one large study. */
export interface Scenarios {
  readonly page: Scenario;
  readonly read: Scenario;
}

/** A page of one study without its series: what it takes is answering, hardly ever copying bytes. */
export const SMALL_PATH = '/fhir/ImagingStudy?_count=1&_summary=true&_format=json';

interface ImagingStudy {
  readonly uid: string;
  readonly numberOfInstances: number;
  readonly resourceType: string;
  readonly series?: readonly { readonly instance?: readonly unknown[] }[];
}

/** The scenarios on the bench's own archive. */
export async function demoScenarios(gateway: string, agent: http.Agent): Promise<Scenarios> {
  const large = await studies(`${gateway}/fhir/ImagingStudy?date=2015-01-01&_format=json`, agent);
  return scenarios(large, { studies: PAGE, instances: 3000 }, { studies: 1, instances: 2000 });
}

/** The scenarios on an archive of which nothing is known: its large study is the largest of the first. */
export async function foundScenarios(gateway: string, agent: http.Agent): Promise<Scenarios> {
  const path = '/fhir/ImagingStudy?_count=100&_summary=true&_format=json';
  const found = await studies(gateway + path, agent);
  return scenarios(found.toSorted((one, other) => other.numberOfInstances - one.numberOfInstances));
}

function scenarios([large]: readonly ImagingStudy[], page?: Content, read?: Content): Scenarios {
  if (large === undefined) throw new Error('the archive holds no study');
  const uid = large.uid.replace('urn:oid:', '');
  return {
    page: {
      title: 'search',
      path: PAGE_PATH,
      naive: { first: PAGE },
      ...(page && { expected: page }),
    },
    read: {
      title: 'read',
      path: `/fhir/ImagingStudy/${uid}?_format=json`,
      naive: { uid },
      ...(read && { expected: read }),
    },
  };
}

/**
 * Reads what an answer holds.
 *
 * @throws Error when it is not what was expected
 */
export function checkContent({ path, expected, shallow }: Scenario, body: Buffer): Content {
  const found = readStudies(body);
  const content: Content = {
    studies: found.length,
    instances: found
      .flatMap((study) => study.series ?? [])
      .reduce((sum, series) => sum + (series.instance?.length ?? 0), 0),
  };
  const same = expected?.studies === content.studies && expected.instances === content.instances;
  const shown = shallow ? content.studies : content.instances;
  if (shown === 0 || (expected && !same)) {
    const [is, should] = [content, expected].map((each) => JSON.stringify(each));
    throw new Error(`${path} holds ${is ?? ''}, not ${should ?? 'anything'}`);
  }
  return content;
}

async function studies(url: string, agent: http.Agent): Promise<readonly ImagingStudy[]> {
  const { body } = await ask({ url: new URL(url), agent });
  return readStudies(body);
}

/** The studies of a bundle or of a read; a bundle may hold an OperationOutcome beside them. */
function readStudies(body: Buffer): readonly ImagingStudy[] {
  const answer = JSON.parse(body.toString()) as ImagingStudy & {
    // DSTU1 has the resource as content.
    readonly entry?: readonly {
      readonly content?: ImagingStudy;
      readonly resource?: ImagingStudy;
    }[];
  };
  const resources = answer.entry?.map(({ content, resource }) => content ?? resource) ?? [answer];
  return resources
    .filter((resource) => resource !== undefined)
    .filter(({ resourceType }) => resourceType === 'ImagingStudy');
}
