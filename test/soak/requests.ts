import { RELEASES, type ReleaseName } from '../../src/fhir/releases';
import { BLOCKS, INSTANCES, STUDIES_A_PATIENT } from './breaking';

/** What is asked of the gateway, about one patient. */
export interface Wanted {
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether its answer may break off, where the archive's does: bytes that are passed on as they come. */
  readonly streams: boolean;
  /** Blocks of the patient's that a whole transfer has; undefined for what is no transfer. */
  readonly blocks?: number;
  /** Leaves before the answer is whole. */
  readonly leaves?: true;
  /** Asks with the tag of the last answer, or with one that nothing ever had. */
  readonly tag?: 'known' | 'foreign';
}

type Ask = (patient: number) => Wanted;

/** THE TABLE of what is asked: how often, by weight, and what. */
export const MIX: readonly (readonly [weight: number, ask: Ask])[] = [
  [36, search],
  [14, read],
  [8, (patient) => ({ ...read(patient), tag: 'known' })],
  [4, (patient) => ({ ...search(patient), tag: 'known' })],
  [2, (patient) => ({ ...read(patient), tag: 'foreign' })],
  [6, searchPatients],
  [8, instance],
  [6, (patient) => transfer(patient, '', INSTANCES)],
  [4, (patient) => transfer(patient, `/series/${uidOf(patient)}.1`, INSTANCES)],
  [2, metadata],
  [2, dicomSearch],
  [4, (patient) => ({ ...search(patient), leaves: true })],
  [4, (patient) => ({ ...transfer(patient, '', INSTANCES), leaves: true })],
];

const WEIGHTS = MIX.reduce((sum, [weight]) => sum + weight, 0);

/** One of the mix, by chance. */
export function chooseRequest(patient: number): Wanted {
  let left = Math.random() * WEIGHTS;
  const [, ask] = MIX.find(([weight]) => (left -= weight) < 0) ?? [0, search];
  return ask(patient);
}

const RELEASE_NAMES = Object.keys(RELEASES) as ReleaseName[];

function anyOf<T>(values: readonly T[]): T {
  return values[Math.floor(Math.random() * values.length)] as T;
}

/** A study of the patient's; the same one for the paths of one request. */
function uidOf(patient: number): string {
  return `1.3.${patient}.${1 + Math.floor(Math.random() * STUDIES_A_PATIENT)}`;
}

/** Half of what is asked of DSTU1 as JSON, the rest of all releases in both formats. */
function fhir(rest: (release: ReleaseName) => string): Wanted {
  const release = Math.random() < 0.5 ? 'dstu1' : anyOf(RELEASE_NAMES);
  const format = release === 'dstu1' ? 'json' : anyOf(['json', 'xml']);
  const path = rest(release);
  const target = `/fhir/${release}/${path}${path.includes('?') ? '&' : '?'}_format=${format}`;
  return { target, headers: {}, streams: false };
}

function search(patient: number): Wanted {
  const count = 1 + Math.floor(Math.random() * 20);
  return fhir((release) => {
    const name = release === 'dstu1' ? 'subject' : 'patient';
    return `ImagingStudy?${name}.identifier=P${patient}&_count=${count}`;
  });
}

function searchPatients(patient: number): Wanted {
  return fhir(() => `Patient?identifier=P${patient}`);
}

function read(patient: number): Wanted {
  return fhir(() => `ImagingStudy/${uidOf(patient)}`);
}

function transfer(patient: number, below: string, files: number): Wanted {
  const study = below === '' ? uidOf(patient) : below.split('/')[2]?.replace(/\.1$/, '');
  return {
    target: `/dicom-web/studies/${study ?? ''}${below}`,
    headers: { Accept: 'multipart/related; type="application/dicom"' },
    streams: true,
    blocks: files * BLOCKS,
  };
}

function instance(patient: number): Wanted {
  const series = `${uidOf(patient)}.1`;
  return {
    ...transfer(patient, `/series/${series}/instances/${series}.1`, 1),
    headers: {
      Accept: anyOf(['application/dicom', 'multipart/related; type="application/dicom"']),
    },
  };
}

function metadata(patient: number): Wanted {
  const series = `${uidOf(patient)}.1`;
  const study = series.replace(/\.1$/, '');
  return {
    target: `/dicom-web/studies/${study}/series/${series}/metadata`,
    headers: { Accept: 'application/dicom+json' },
    streams: false,
  };
}

function dicomSearch(patient: number): Wanted {
  const target = `/dicom-web/studies?PatientID=P${patient}`;
  return { target, headers: { Accept: 'application/dicom+json' }, streams: false };
}
