import { instanceCount, seriesCount, type Code, type Study } from '../../study/model';
import { distinct, resource, type Members } from '../elements';
import type { RenderContext, Resource } from '../releases';
import { coding, identifier } from '../shared/datatypes';
import { studyExtensions } from '../shared/defects';
import { acquisitionModalities, modalityCoding } from '../shared/modalities';
import { dateTime, oid, resourceId, unsignedInt } from '../shared/primitives';
import { studyNarrative } from '../shared/studyNarrative';
import { DCM, IDENTIFIER_TYPES, UNKNOWN } from './datatypes';
import { endpointLink } from './endpoint';
import { patientLink } from './patient';
import { peopleOf } from './people';
import { requestReferences, requestsOf } from './requests';
import { seriesOf, wadoUrl } from './series';

/**
 * STU3 ImagingStudy, element by element in the order of imagingstudy.html of 3.0.2. It has no `context`, as
 * DICOM's Admission ID is not the id of an Encounter, and no `procedureReference`, as nothing in the archive
 * has a URL of a Procedure; the codes are in `procedureCode`.
 */
export function imagingStudy(study: Study, context: RenderContext): Resource {
  const patient = patientLink(study.patient, context);
  const people = peopleOf(study);
  const requests = requestsOf(study.requests, { ...people, patient: patient.reference }, context);
  const endpoint = endpointLink(study, context);
  const links = { endpoint: endpoint.reference, performers: people.performers };
  const url = wadoUrl([study.uid], () => context.wado.study(study.uid));
  return resource('ImagingStudy', {
    id: resourceId(context.studyId(study)),
    meta: { lastUpdated: context.lastUpdated(study)?.toISOString() },
    text: studyNarrative(study),
    contained: [...patient.contained, ...people.contained, ...requests, ...endpoint.contained],
    extension: [...url, ...people.extensions, ...studyExtensions(study)],
    ...oid('uid', study.uid, UNKNOWN),
    accession: study.accession && identifier(study.accession, IDENTIFIER_TYPES.accession, context),
    identifier: studyIds(study),
    availability: study.availability,
    modalityList: acquisitionModalities(study).map((modality) => modalityCoding(modality, DCM)),
    patient: patient.reference,
    started: dateTime(study.started),
    basedOn: requestReferences(study.requests),
    referrer: people.referrer,
    interpreter: people.interpreters,
    endpoint: [endpoint.reference],
    numberOfSeries: unsignedInt(seriesCount(study)),
    numberOfInstances: unsignedInt(instanceCount(study)),
    procedureCode: study.procedures.map(procedureCode),
    reason: { text: distinct([...study.reasons, ...study.admittingDiagnoses]).join('; ') },
    description: study.description,
    series: seriesOf(study, links, context),
  });
}

/** Study ID (0020,0010): a number that a department gave, of no issuer. */
function studyIds(study: Study): Members[] {
  return study.studyId ? [{ type: IDENTIFIER_TYPES.study, value: study.studyId }] : [];
}

/** Each code is a procedure of its own: DICOM does not say that two of them mean the same. */
function procedureCode(code: Code): Members {
  return { coding: [coding(code, DCM)], text: code.meaning };
}
