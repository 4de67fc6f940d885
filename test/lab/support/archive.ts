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
