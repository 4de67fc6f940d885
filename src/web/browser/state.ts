import type { PageFacts, ReleaseFacts } from '../facts';
import { ask } from './client';

/** What every view of the page needs. */
export interface State {
  readonly facts: PageFacts;
  /** The release in which everything is asked. */
  release: ReleaseFacts;
}

const RELEASE = 'release';

export async function loadState(): Promise<State> {
  const response = await ask('page/facts.json', 'application/json');
  // The gateway's own words, made of the same interface.
  const facts = (await response.json()) as PageFacts;
  return { facts, release: releaseNamed(facts, sessionStorage.getItem(RELEASE)) };
}

export function chooseRelease(state: State, name: string): void {
  state.release = releaseNamed(state.facts, name);
  sessionStorage.setItem(RELEASE, name);
}

/** The release of a name; the newest normative one people know best, R4, for any other name. */
export function releaseNamed({ releases }: PageFacts, name: string | null): ReleaseFacts {
  const found =
    releases.find((each) => each.name === name) ?? releases.find((each) => each.name === 'r4');
  if (found === undefined) throw new Error('the gateway serves no release');
  return found;
}

export function shortTitle({ title }: ReleaseFacts): string {
  return title.replace(/ \(.*/, '');
}

export function studyPath(release: ReleaseFacts, id: string): string {
  return `fhir/${release.name}/ImagingStudy/${encodeURIComponent(id)}`;
}
