import { sopClass } from '../dicom/codes';
import { isSafeUid } from '../dicom/values';
import { uidId } from './identity';
import type { Instance } from './model';

/*
 * What instances lead to that people can open with what they have: an image to a JPEG, a document in a DICOM file
 * to the document, a structured report to its text. Other instances (waveforms, plans, presentation states) have
 * no form that a browser shows.
 */

/** What an instance leads to; its SOP class decides. */
export interface Content {
  readonly kind: 'image' | 'document' | 'report';
  /** Logical id of the Binary that it can be had as. */
  readonly id: string;
  /** Media type; of a document the one that its SOP class is for, which its own may be more precise than. */
  readonly contentType: string;
}

/** Media types of Encapsulated Document SOP classes (PS3.3 A.45, C.24.2). */
const DOCUMENTS: Readonly<Record<string, string>> = {
  '1.2.840.10008.5.1.4.1.1.104.1': 'application/pdf',
  '1.2.840.10008.5.1.4.1.1.104.2': 'text/xml',
  '1.2.840.10008.5.1.4.1.1.104.3': 'model/stl',
  '1.2.840.10008.5.1.4.1.1.104.4': 'model/obj',
  '1.2.840.10008.5.1.4.1.1.104.5': 'model/mtl',
};

/** Key Object Selections are trees of content items, too (PS3.3 A.35.4). */
const REPORTS: readonly string[] = ['SR DOCUMENT', 'KEY OBJECT DOC'];

/** What an instance leads to; undefined for one of another kind, or whose UID cannot stand in a URL. */
export function contentOf({ uid, sopClass: of = '' }: Instance): Content | undefined {
  if (!isSafeUid(uid)) return undefined;
  const document = DOCUMENTS[of];
  if (document !== undefined) return { kind: 'document', id: uidId(uid), contentType: document };
  const recordType = sopClass(of)?.recordType ?? '';
  if (recordType === 'IMAGE') return { kind: 'image', id: uidId(uid), contentType: 'image/jpeg' };
  if (!REPORTS.includes(recordType)) return undefined;
  return { kind: 'report', id: uidId(uid), contentType: 'text/html' };
}
