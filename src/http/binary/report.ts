import { readDataSet } from '../../dicom/dataset';
import { readReport } from '../../study/report/report';
import { bufferBody } from '../dicomweb/bufferBody';
import type { Retrieving } from '../dicomweb/plan';
import { readMetadata } from '../dicomweb/instanceMetadata';
import type { Bytes, Native } from './native';
import { reportPage } from './reportPage';

const HTML = 'text/html; charset=utf-8';

/**
 * A structured report as a page of its text, made of the metadata of the instance: archives render reports each
 * in its own way, if at all (PS3.18 10.4.1.1.3).
 */
export function reportContent(retrieving: Retrieving, maxMetadataBytes: number): Native {
  return { contentType: HTML, open: () => render(retrieving, maxMetadataBytes) };
}

async function render(retrieving: Retrieving, maxMetadataBytes: number): Promise<Bytes> {
  const metadata = await readMetadata(retrieving, maxMetadataBytes);
  const report = readReport(readDataSet(metadata) ?? new Map());
  const page = Buffer.from(reportPage(report, retrieving.services.rootUrl(retrieving.request)));
  return { length: page.length, body: bufferBody(HTML, page).body };
}
