import { z } from 'zod';
import type { OwnOrthanc } from './orthanc';

/* Orthanc's own API, in which it tells what DICOMweb does not. */

const nativeStudy = z.object({
  ID: z.string(),
  LastUpdate: z.string(),
  MainDicomTags: z.object({ StudyInstanceUID: z.string() }),
  Series: z.array(z.string()),
});
const nativeSeries = z.object({ Instances: z.tuple([z.string()], z.string()) });

export type NativeStudy = z.output<typeof nativeStudy>;

/** @param target a path below its root */
export async function askNative(
  { url }: OwnOrthanc,
  target: string,
  init?: RequestInit,
): Promise<unknown> {
  return (await fetch(`${url}/${target}`, init)).json();
}

export async function nativeStudies(orthanc: OwnOrthanc): Promise<NativeStudy[]> {
  const body = JSON.stringify({ Level: 'Study', Query: {}, Expand: true });
  return z
    .array(nativeStudy)
    .parse(await askNative(orthanc, 'tools/find', { method: 'POST', body }));
}

/** A study of several series, and one instance of it with its file, to be deleted and stored again. */
export async function studyToChange(orthanc: OwnOrthanc): Promise<{
  readonly study: NativeStudy;
  readonly instance: string;
  readonly file: ArrayBuffer;
}> {
  const study = (await nativeStudies(orthanc)).find(({ Series }) => Series.length > 1);
  if (study === undefined) throw new Error('no study of several series');
  const series = await askNative(orthanc, `series/${study.Series[0] ?? ''}`);
  const [instance] = nativeSeries.parse(series).Instances;
  const response = await fetch(`${orthanc.url}/instances/${instance}/file`);
  return { study, instance, file: await response.arrayBuffer() };
}
