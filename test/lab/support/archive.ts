/** The Orthanc of the suite, with the folder of its scripts (see `with-orthanc`). */
export interface Lab {
  readonly orthanc: string;
  readonly dir: string;
}

/** The lab that `with-orthanc` made; without it the tests fail rather than pass over nothing. */
export function lab(): Lab {
  const { LAB_ORTHANC: orthanc, LAB_DIR: dir } = process.env;
  if (orthanc === undefined || dir === undefined) {
    throw new Error('LAB_ORTHANC and LAB_DIR are not set: run these tests by npm run lab');
  }
  return { orthanc, dir };
}

/**
 * Whether its QIDO-RS tells sequences, as Orthanc's does from plugin 1.20 on (Debian 13) and 1.7 (Debian 12) does not:
 * the lab holds requests, which are sequences of series.
 */
export async function tellsSequences(): Promise<boolean> {
  const target = 'series?limit=200&includefield=RequestAttributesSequence';
  const response = await fetch(`${lab().orthanc}/dicom-web/${target}`);
  const rows = (await response.json()) as readonly object[];
  return rows.some((row) => '00400275' in row);
}
