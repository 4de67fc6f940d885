import { z } from 'zod';
import { Problem } from '../errors';
import { once, parseJson, type Examination } from './examination';
import { plain } from './finding';

/** What the archive says it is. */
export interface Product {
  readonly name: 'Orthanc' | 'dcm4chee-arc' | 'other';
  /** For people: `Orthanc 1.10.1, DICOMweb plugin 1.7`. */
  readonly words: string;
  readonly version?: string;
  readonly pluginVersion?: string;
}

/** A known fault of releases. */
interface KnownFault {
  readonly of: Product['name'];
  /** Whether a release has it. */
  has(product: Product): boolean;
  readonly says: string;
  readonly advice: string;
  readonly severity: 'note' | 'warning';
}

const system = z.object({ Version: z.string(), ApiVersion: z.unknown() });
const plugin = z.object({ Version: z.string() });

/** THE LIST of known faults of archive versions; each was measured or is published. */
export const KNOWN_FAULTS: readonly KnownFault[] = [
  {
    of: 'Orthanc',
    has: ({ version }) => isBefore(version, '1.12.11'),
    says: 'before 1.12.11 it has CVE-2026-5437 to CVE-2026-5445 (gzip bomb, unbounded lengths, heap overflows)',
    advice: 'Upgrade to 1.12.11 or later, and let nobody but the gateway reach its port.',
    severity: 'warning',
  },
  {
    of: 'Orthanc',
    has: ({ version }) => !isBefore(version, '1.9.8'),
    says: "since 1.9.8 Debian's builds do not decode the query string: what needs escaping finds nothing",
    advice: 'See the line on percent-encoding: it tells whether this build is one of them.',
    severity: 'note',
  },
  {
    of: 'Orthanc',
    has: ({ pluginVersion }) => isBefore(pluginVersion, '1.20'),
    says: 'DICOMweb plugins before 1.20 leave sequences out of searches',
    advice: 'Nothing: the gateway reads them from the files. A newer plugin answers faster.',
    severity: 'note',
  },
  {
    of: 'Orthanc',
    has: ({ pluginVersion }) => isBefore(pluginVersion, '1.20'),
    says: 'searches of DICOMweb plugins before 1.20 lose letters outside Latin-1, in identifiers as well, by default',
    advice: 'Set "DefaultEncoding": "Utf8"; the gateway mends the rows meanwhile.',
    severity: 'note',
  },
  {
    of: 'Orthanc',
    has: ({ version }) => isBefore(version, '1.9.4'),
    says: 'before 1.9.4 it has no tools/bulk-content',
    advice: 'PACS_ROWS can only be qido.',
    severity: 'note',
  },
  {
    of: 'dcm4chee-arc',
    has: () => true,
    says: 'ETags may make a study whose instances were purged look empty (dcm4chee-arc-light issue 3719)',
    advice: 'Leave dcmQidoETag off where instances are purged.',
    severity: 'note',
  },
];

/** What stands beside the root and in its path tells the product; no other archive tells it. */
export const product = once(async (examination): Promise<Product> => {
  const own = await besideAs(examination, 'system', system);
  if (own?.ApiVersion !== undefined) return orthanc(examination, plain(own.Version, 20));
  if (examination.root.includes('/dcm4chee-arc/')) {
    return { name: 'dcm4chee-arc', words: 'dcm4chee-arc, by its path' };
  }
  const server = (await examination.ask('/studies?limit=1')).header('server');
  const words =
    server === undefined ? 'it does not say' : `its Server header says ${plain(server, 40)}`;
  return { name: 'other', words };
});

async function orthanc(examination: Examination, version: string): Promise<Product> {
  const told = await besideAs(examination, 'plugins/dicom-web', plugin);
  const pluginVersion = told && plain(told.Version, 20);
  const words = `Orthanc ${version}, DICOMweb plugin ${pluginVersion ?? 'of unknown version'}`;
  return { name: 'Orthanc', words, version, ...(pluginVersion !== undefined && { pluginVersion }) };
}

/** JSON beside the root, where it is what is expected; whatever else stands there is no fault. */
export async function besideAs<T extends z.ZodType>(
  examination: Examination,
  path: string,
  schema: T,
): Promise<z.output<T> | undefined> {
  try {
    const told = await examination.beside(path);
    const parsed = schema.safeParse(parseJson(told.body));
    return told.status === 200 && parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** A short text beside the root; undefined where there is none. */
export async function besideText(
  examination: Examination,
  path: string,
): Promise<string | undefined> {
  const told = await examination.beside(path);
  return told.status === 200 ? plain(told.body.toString(), 20) : undefined;
}

/** Whether a release is known to be older than another, number by number. */
export function isBefore(version: string | undefined, than: string): boolean {
  const numbers = (text: string) => text.split('.').map((part) => Number.parseInt(part, 10));
  if (version === undefined || !/^\d/.test(version)) return false;
  const [mine, theirs] = [numbers(version), numbers(than)];
  const at = theirs.findIndex((part, index) => (mine[index] ?? 0) !== part);
  return at >= 0 && (mine[at] ?? 0) < (theirs[at] ?? 0);
}
