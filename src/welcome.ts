import type { DemoStudy } from './demo/model';
import { readablePatientIds } from './study/identity';

/**
 * What `demo` prints once it runs: the base URL, and requests to paste.
 *
 * @param wadoRoot DICOMweb root in the URLs that clients get
 */
export function welcome(
  baseUrl: string,
  archiveUrl: string,
  wadoRoot: string,
  studies: readonly DemoStudy[],
): string {
  const fhir = `${baseUrl}/fhir/dstu1`;
  const [study] = studies;
  if (study === undefined) return `FHIR is at ${fhir}, in front of an empty archive.\n`;
  const { patient } = study;
  const patientId = readablePatientIds.encode({
    id: patient.id,
    ...(patient.issuer !== undefined && { issuer: { name: patient.issuer } }),
    otherIds: [],
  });
  const [series] = study.series;
  const [instance] = series?.instances ?? [];
  const instanceUrl = `${wadoRoot}/studies/${study.uid}/series/${series?.uid ?? ''}/instances/${instance?.uid ?? ''}`;
  return `
FHIR DSTU1 is at ${fhir}, in front of a demo archive at ${archiveUrl}.
In a browser ${baseUrl}/ shows its studies.

A patient's studies:
  curl '${fhir}/ImagingStudy?subject=${patientId ?? ''}'

One study:
  curl '${fhir}/ImagingStudy/${study.uid}'

The same in XML:
  curl '${fhir}/ImagingStudy/${study.uid}?_format=xml'

What is behind the first instance's WADO-RS URL, as a DICOM file and as a picture:
  curl -H 'Accept: application/dicom' -o first.dcm '${instanceUrl}'
  curl -H 'Accept: image/jpeg' -o first.jpg '${instanceUrl}'

Ctrl-C stops it.
`;
}
