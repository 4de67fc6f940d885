import { PassThrough, type Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { integer, string, type DataSet } from '../../dicom/dataset';
import { Problem } from '../../errors';
import type { DicomFile, RetrievedFiles, Target } from '../../study/retrieval';
import type { Give, Retrieving } from './plan';

const ANY_DICOM = 'multipart/related; type="application/dicom"; transfer-syntax=*';
const SERIES_FIELDS = ['SeriesNumber', 'Modality', 'NumberOfSeriesRelatedInstances'] as const;
/** Every file has the same date, the earliest that a ZIP can have: when it was made is the archive's affair. */
const NO_DATE = new Date(1980, 0, 1);

/** A series that goes into the archive. */
interface Folder {
  /** For example `003-CT`; unlike any other of the study. */
  readonly name: string;
  readonly target: Target;
  /** How many files the archive says there are. */
  readonly expected: number | undefined;
}

/**
 * A study or series as a ZIP of DICOM files, for people: a folder for each series, named by number and modality, and
 * in it `0001.dcm` and so on in the archive's order. Nothing in a name tells of the patient.
 *
 * Files are stored as they are, because images hardly shrink and the length of time would. A series that does not
 * come whole breaks the ZIP, which then has no directory at its end and does not open.
 */
export const zipped: Give = async (retrieving) => {
  const { target } = retrieving;
  const folders = await listFolders(retrieving);
  const [first, ...rest] = folders;
  if (first === undefined)
    throw new Problem('not-found', 'The archive has no series of this study.');
  const opened = await openFolder(retrieving, first);
  const zip = new ZipFile();
  const body = zip.outputStream.pipe(new PassThrough());
  zip.on('error', (error: Error) => body.destroy(error));
  fill(zip, retrieving, first, opened, rest, body).catch((error: unknown) =>
    body.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  const name = target.series ?? target.study;
  return {
    status: 200,
    headers: {
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="${name}.zip"`,
    },
    body,
  };
};

/** Puts the files in, one at a time: the next is asked for when the client has taken the last. */
async function fill(
  zip: ZipFile,
  retrieving: Retrieving,
  first: Folder,
  firstOpened: RetrievedFiles,
  rest: readonly Folder[],
  body: Readable,
): Promise<void> {
  await addFolder(zip, first, firstOpened, body);
  for (const folder of rest) {
    await addFolder(zip, folder, await openFolder(retrieving, folder), body);
  }
  zip.end();
}

async function addFolder(
  zip: ZipFile,
  { name, expected }: Folder,
  opened: RetrievedFiles,
  body: Readable,
): Promise<void> {
  const stop = () => opened.destroy();
  body.once('close', stop);
  try {
    let count = 0;
    for await (const file of opened.files) {
      count += 1;
      await addFile(zip, `${name}/${String(count).padStart(4, '0')}.dcm`, file);
    }
    if (count < (expected ?? 1)) {
      throw new Problem(
        'pacs-incomplete',
        'The archive sent fewer files of a series than it counts.',
      );
    }
  } finally {
    body.off('close', stop);
    opened.destroy();
  }
}

async function addFile(zip: ZipFile, name: string, { body, length }: DicomFile): Promise<void> {
  const through = new PassThrough();
  zip.addReadStream(through, name, {
    compress: false,
    mtime: NO_DATE,
    ...(length !== undefined && { size: length }),
  });
  // Both: written into the buffers before a client that does not read, any number of small files would be done.
  await Promise.all([pipeline(body, through), finished(through)]);
}

function openFolder({ services, call }: Retrieving, { target }: Folder): Promise<RetrievedFiles> {
  return services.retriever.openFiles(target, { accept: ANY_DICOM }, call);
}

/** The series of the study, or the one that is wanted. */
async function listFolders({ target, services, call }: Retrieving): Promise<Folder[]> {
  const { study } = target;
  const path = { level: 'series' as const, study };
  const { rows } = await services.rows.search(
    { path, conditions: [], fields: SERIES_FIELDS },
    call,
  );
  const taken = new Set<string>();
  return rows
    .map(({ row }) => ({ row, uid: string(row, 'SeriesInstanceUID') ?? '' }))
    .filter(({ uid }) => target.series === undefined || uid === target.series)
    .map(({ row, uid }) => ({
      name: unlike(taken, nameOf(row)),
      target: { study, series: uid, view: { kind: 'files' as const } },
      expected: integer(row, 'NumberOfSeriesRelatedInstances'),
    }));
}

function nameOf(row: DataSet): string {
  const number = String(integer(row, 'SeriesNumber') ?? 0).padStart(3, '0');
  const modality = (string(row, 'Modality') ?? 'OT').replace(/[^A-Z0-9]/gi, '');
  return `${number}-${modality}`;
}

/** Series numbers repeat within real studies. */
function unlike(taken: Set<string>, name: string): string {
  let free = name;
  for (let copy = 2; taken.has(free.toLowerCase()); copy += 1) free = `${name}-${copy}`;
  taken.add(free.toLowerCase());
  return free;
}
