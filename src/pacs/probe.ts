import { isRecord } from '../dicom/dataset';
import { Problem } from '../errors';
import type { ZoneOfArchive } from '../study/attributes';
import type { Call } from '../study/source';
import type { ArchiveClient } from './client';
import { DIALECTS, type Dialect, type DialectName, type RowSource } from './dialects';
import { readUpdateTime } from './updateTime';

/** What is known of the archive once it has answered. */
export interface ArchiveFacts {
  readonly dialect: Dialect;
  /** For people: `Orthanc 1.10.1, DICOMweb plugin 1.7`. */
  readonly product: string;
  /** Whether the archive's own API answers beside its DICOMweb root. */
  readonly native: boolean;
}

/** Plugin release from which QIDO-RS returns sequences and text whole (seen in 1.20, not in 1.7). */
const WHOLE_QIDO_PLUGIN = { major: 1, minor: 20 };
/**
 * Study keys of an Orthanc that cuts its answers: by modality it finds a UID that two patients share once, so that
 * a cut answer may be shorter than the cap and look whole.
 */
const CAPPED_STUDY_KEYS = DIALECTS.orthanc.studyKeys.filter((key) => key !== 'ModalitiesInStudy');
/** Studies and instances beyond which a cap is not looked for: reading that far would cost the archive too much. */
const CAP_SEARCHED = 5000;

/**
 * Asks the archive one small question and finds out what it is.
 *
 * An archive whose dialect was not set is asked whether it is an Orthanc: taken for a generic one, Debian's
 * would answer with damaged names and empty searches, both with status 200.
 *
 * @param configured the dialect of PACS_DIALECT, or undefined when it is not set
 * @param zone the archive's clock, for times without an offset
 * @throws Problem when the archive does not answer as a DICOMweb root does
 */
export async function probeArchive(
  client: ArchiveClient,
  configured: DialectName | undefined,
  zone: ZoneOfArchive,
  call: Call,
): Promise<ArchiveFacts> {
  await firstAnswer(client, call);
  if (configured === 'generic') return plainFacts(configured);
  if (configured === 'dcm4chee') return dcm4cheeFacts(client, zone, call);
  const system = await nativeRecord(client, 'system', call);
  if (typeof system?.Version !== 'string' || system.ApiVersion === undefined) {
    const { dialect, ...facts } = plainFacts(configured ?? 'generic');
    return { ...facts, dialect: { ...dialect, updateTime: 'untold' } };
  }
  return orthancFacts(client, system.Version, indexedTags(system.MainDicomTags), call);
}

/** `MainDicomTags` of `/system`, from 1.11 on: `{"Study": "0008,0020;0008,0030;…", …}`. */
function indexedTags(told: unknown): Dialect['indexed'] {
  if (!isRecord(told)) return undefined;
  const tags = (level: string) => {
    const list = told[level];
    return typeof list === 'string' ? list.replaceAll(',', '').toUpperCase().split(';') : [];
  };
  return {
    Patient: tags('Patient'),
    Study: tags('Study'),
    Series: tags('Series'),
    Instance: tags('Instance'),
  };
}

async function firstAnswer(client: ArchiveClient, call: Call): Promise<void> {
  try {
    await client.search({ level: 'studies' }, [['limit', '1']], call);
  } catch (error) {
    if (
      error instanceof Problem &&
      error.code === 'pacs-error' &&
      error.message.includes('status 404')
    ) {
      const text =
        'The archive has no studies at PACS_URL (404): it is no DICOMweb root. It ends in /dicom-web on ' +
        'Orthanc, in /dcm4chee-arc/aets/AET/rs on dcm4chee.';
      throw new Problem('pacs-wrong-root', text, { cause: error });
    }
    throw error;
  }
}

function plainFacts(name: DialectName): ArchiveFacts {
  return { dialect: DIALECTS[name], product: DIALECTS[name].title, native: false };
}

/** One that holds a study shows whether its release tells update times, and as instants. */
async function dcm4cheeFacts(
  client: ArchiveClient,
  zone: ZoneOfArchive,
  call: Call,
): Promise<ArchiveFacts> {
  const facts = plainFacts('dcm4chee');
  const one = [['includefield', 'all'] as const, ['limit', '1'] as const];
  const { rows } = await client.search({ level: 'studies' }, one, call);
  const untold = rows.some((row) => readUpdateTime(row, zone) === undefined);
  return untold ? { ...facts, dialect: { ...facts.dialect, updateTime: 'untold' } } : facts;
}

async function orthancFacts(
  client: ArchiveClient,
  version: string,
  indexed: Dialect['indexed'],
  call: Call,
): Promise<ArchiveFacts> {
  const plugin = await nativeRecord(client, 'plugins/dicom-web', call);
  const pluginVersion = typeof plugin?.Version === 'string' ? plugin.Version : 'unknown';
  const encoding = await client.native('tools/default-encoding', undefined, call);
  const whole = isWholeQido(pluginVersion);
  const caps = await findCaps(client, call);
  const rows = await ownRows(client, whole, call);
  return {
    product: `Orthanc ${version}, DICOMweb plugin ${pluginVersion}`,
    native: true,
    dialect: {
      ...DIALECTS.orthanc,
      metadata: whole ? 'mandatory' : 'series',
      losesLetters: !whole && encoding !== 'Utf8',
      rows,
      zoneOfStudy: whole,
      ...caps,
      ...(indexed && { indexed }),
      ...(caps.silentCap !== undefined && { studyKeys: CAPPED_STUDY_KEYS }),
      // Under either cap a find may bring one study less than that, and looks like the last.
      sketches: caps.silentCap === undefined && caps.pageCap === undefined,
    },
  };
}

/**
 * Rows out of its index where that gives the same study, which is proved for the QIDO-RS that leaves sequences out.
 * Orthanc before 1.9.4 has no `/tools/bulk-content`.
 */
async function ownRows(client: ArchiveClient, whole: boolean, call: Call): Promise<RowSource> {
  if (whole) return 'qido';
  const nothing = { Resources: [], Level: 'Instance', Metadata: true };
  const answer = await client.native('tools/bulk-content', nothing, call);
  return Array.isArray(answer) ? 'files' : 'qido';
}

/**
 * What is known of an archive, with its rows from where the settings say: where that is QIDO-RS, it also chooses.
 *
 * @param source undefined: from where the probe found best. An archive without an API of its own has QIDO-RS only
 */
export function withRows(facts: ArchiveFacts, source: RowSource | undefined): ArchiveFacts {
  if (source === undefined || !facts.native) return facts;
  const { dialect } = facts;
  const sketches = dialect.sketches && source !== 'qido';
  return { ...facts, dialect: { ...dialect, rows: source, sketches } };
}

function isWholeQido(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const { major: wholeMajor, minor: wholeMinor } = WHOLE_QIDO_PLUGIN;
  return major > wholeMajor || (major === wholeMajor && minor >= wholeMinor);
}

/**
 * Orthanc's `LimitFindResults` and `LimitFindInstances` cut answers without a word, and nothing tells their values. Its
 * own counts do. To 1.10 what lies behind `LimitFindResults` studies cannot be had; 1.12.7 only lowers the `limit` of a
 * page to it, and leaves an answer without a `limit` whole.
 */
async function findCaps(
  client: ArchiveClient,
  call: Call,
): Promise<Pick<Dialect, 'silentCap' | 'pageCap' | 'instanceCap'>> {
  const statistics = await nativeRecord(client, 'statistics', call);
  const studies = Number(statistics?.CountStudies);
  const instanceCap = await shortList(client, 'Instance', Number(statistics?.CountInstances), call);
  const instances = instanceCap === undefined ? {} : { instanceCap };
  if (!(studies > 1)) return instances;
  const last = Math.min(studies, CAP_SEARCHED) - 1;
  const page = [['limit', '1'] as const, ['offset', String(last)] as const];
  const reachable = await client.search({ level: 'studies' }, page, call);
  if (reachable.received === 0) {
    const { received } = await client.search({ level: 'studies' }, [], call);
    return { ...instances, silentCap: received };
  }
  const pageCap = await shortList(client, 'Study', studies, call);
  return pageCap === undefined ? instances : { ...instances, pageCap };
}

/**
 * How many ids Orthanc's own find brings, where that is fewer than it holds and was asked for. QIDO-RS makes the same
 * find, and would open a file for each row.
 */
async function shortList(
  client: ArchiveClient,
  level: 'Study' | 'Instance',
  count: number,
  call: Call,
): Promise<number | undefined> {
  if (!(count > 1)) return undefined;
  const asked = Math.min(count, CAP_SEARCHED);
  const body = { Level: level, Query: {}, Limit: asked };
  const ids = await client.native('tools/find', body, call);
  return Array.isArray(ids) && ids.length > 0 && ids.length < asked ? ids.length : undefined;
}

async function nativeRecord(
  client: ArchiveClient,
  path: string,
  call: Call,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const answer = await client.native(path, undefined, call);
    return isRecord(answer) ? answer : undefined;
  } catch (error) {
    // Whatever stands beside a DICOMweb root need not answer: then it is no Orthanc that we can use.
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
