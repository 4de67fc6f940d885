import type { Members } from '../../fhir/elements';
import {
  DOMAIN_RESOURCE,
  IMAGING_STUDY,
  PATIENT,
  PERSON,
  QUERY,
  REPORT,
  REQUEST_ID,
  STUDY_UID_TYPE,
  SYSTEM_OBJECT,
} from './codes';
import type {
  AuditedPatient,
  AuditedStudy,
  AuditedSubject,
  AuditRecord,
  RawRequest,
  ReadRecord,
} from './event';

/**
 * What it was about (AuditEvent.entity): the request, the patient, and the query, the resource or the studies.
 *
 * @param base of the gateway's R4 endpoint. References are absolute: a relative one would mean the patient of that
 *   id on the server that keeps the audit, who may be somebody else.
 */
export function entities(
  record: AuditRecord,
  subject: AuditedSubject | undefined,
  base: string,
): Members[] {
  const about = subject === undefined ? [] : [patientEntity(subject.patient, base)];
  return [transaction(record), ...about, ...objects(record, subject?.studies ?? [], base)];
}

function objects(record: AuditRecord, studies: readonly AuditedStudy[], base: string): Members[] {
  switch (record.what) {
    case 'read':
      return [resourceEntity(record, studies, base)];
    case 'retrieve':
      return studies.map((study) => ({ ...studyEntity(study, base), role: REPORT }));
    case 'search':
    case 'query':
    case 'denial': {
      const shown = studies.map((study) => ({ ...studyEntity(study, base), type: IMAGING_STUDY }));
      return [queryEntity(record.asked), ...shown];
    }
  }
}

/** BALP 3:5.7.3.1, with the template of the route. */
function transaction({ requestId, route }: AuditRecord): Members {
  return {
    what: { identifier: { value: requestId } },
    type: REQUEST_ID,
    detail: [{ type: 'route', valueString: route }],
  };
}

/** A patient without Patient ID has nothing that could be referred to. */
function patientEntity({ id, identifier }: AuditedPatient, base: string): Members {
  const nothing = id === undefined && identifier === undefined;
  return {
    what: {
      reference: id === undefined ? undefined : `${base}/Patient/${id}`,
      type: 'Patient',
      identifier: identifier === undefined ? undefined : { ...identifier },
      display: nothing ? 'a patient without Patient ID' : undefined,
    },
    type: PERSON,
    role: PATIENT,
  };
}

/** The request as it came, in base64: what a hostile one tried must survive (BALP, profile Query). */
function queryEntity({ method, target, body }: RawRequest): Members {
  const text = body === undefined ? `${method} ${target}` : `${method} ${target}\n\n${body}`;
  return { type: SYSTEM_OBJECT, role: QUERY, query: Buffer.from(text).toString('base64') };
}

function resourceEntity(
  { resource: { type, id, version } }: ReadRecord,
  studies: readonly AuditedStudy[],
  base: string,
): Members {
  const study = type === 'ImagingStudy' ? studies.find((each) => each.id === id) : undefined;
  const known = study === undefined ? undefined : studyIdentifier(study);
  const past = version === undefined ? '' : `/_history/${version}`;
  return {
    what: { reference: `${base}/${type}/${id}${past}`, type, identifier: known },
    type: SYSTEM_OBJECT,
    role: DOMAIN_RESOURCE,
  };
}

/** A study, and how much of it where it was not all. */
function studyEntity(study: AuditedStudy, base: string): Members {
  const { id, series, instance } = study;
  const parts = [
    ['SeriesInstanceUID', series],
    ['SOPInstanceUID', instance],
  ] as const;
  return {
    what: {
      reference: `${base}/ImagingStudy/${id}`,
      type: 'ImagingStudy',
      identifier: studyIdentifier(study),
    },
    type: SYSTEM_OBJECT,
    role: DOMAIN_RESOURCE,
    detail: parts.flatMap(([type, uid]) => (uid === undefined ? [] : [{ type, valueString: uid }])),
  };
}

/** R4 imagingstudy.html: a UID as an identifier. */
function studyIdentifier({ uid }: AuditedStudy): Members {
  return { type: STUDY_UID_TYPE, system: 'urn:dicom:uid', value: `urn:oid:${uid}` };
}
