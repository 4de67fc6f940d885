import type { WadoUrls } from './model';

/**
 * WADO-RS URLs (PS3.18 10.4.1.1), made of UIDs and nothing that an archive sent.
 *
 * @param rootOf the DICOMweb root for a Study Instance UID; no trailing slash
 */
export function wadoUrls(rootOf: (study: string) => string): WadoUrls {
  const study = (uid: string) => `${rootOf(uid)}/studies/${encodeURIComponent(uid)}`;
  const series = (of: string, uid: string) => `${study(of)}/series/${encodeURIComponent(uid)}`;
  return {
    study,
    series,
    instance: (of, within, uid) => `${series(of, within)}/instances/${encodeURIComponent(uid)}`,
  };
}
