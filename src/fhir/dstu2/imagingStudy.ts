import { instanceCount, seriesCount, type Study } from '../../study/model';
import { elementOf } from '../crossVersion';
import { distinct, resource, type Members } from '../elements';
import { absent } from '../extensions';
import type { RenderContext, Resource } from '../releases';
import { identifier } from '../shared/datatypes';
import { studyExtensions } from '../shared/defects';
import { acquisitionModalities, modalityCoding } from '../shared/modalities';
import { dateTime, oid, resourceId } from '../shared/primitives';
import { studyNarrative } from '../shared/studyNarrative';
import { count, DCM, IDENTIFIER_TYPES } from './datatypes';
import { orderReferences, ordersOf } from './orders';
import { patientLink } from './patient';
import { peopleOf } from './people';
import { procedureReferences, proceduresOf } from './procedures';
import { seriesOf, wadoUrl } from './series';

/** DSTU2 ImagingStudy, element by element in the order of imagingstudy.html of 1.0.2. */
export function imagingStudy(study: Study, context: RenderContext): Resource {
  const patient = patientLink(study.patient, context);
  const people = peopleOf(study);
  const orders = ordersOf(study.requests, { ...people, patient: patient.reference }, context);
  const procedures = proceduresOf(study.procedures, patient.reference);
  return resource('ImagingStudy', {
    id: resourceId(context.studyId(study)),
    meta: { lastUpdated: context.lastUpdated(study)?.toISOString() },
    text: studyNarrative(study),
    contained: [...patient.contained, ...people.contained, ...orders, ...procedures],
    extension: [...reasons(study), ...people.extensions, ...studyExtensions(study)],
    started: dateTime(study.started),
    patient: patient.reference,
    ...oid('uid', study.uid, absent()),
    accession: study.accession && identifier(study.accession, IDENTIFIER_TYPES.accession, context),
    identifier: studyIds(study),
    order: orderReferences(study.requests),
    modalityList: acquisitionModalities(study).map((modality) => modalityCoding(modality, DCM)),
    referrer: people.referrer,
    availability: study.availability,
    url: wadoUrl([study.uid], () => context.wado.study(study.uid)),
    ...count('numberOfSeries', seriesCount(study)),
    ...count('numberOfInstances', instanceCount(study)),
    procedure: procedureReferences(study.procedures),
    interpreter: people.interpreter,
    description: study.description,
    series: seriesOf(study, context),
  });
}

/** Study ID (0020,0010): a number that a department gave, of no issuer. */
function studyIds(study: Study): Members[] {
  return study.studyId ? [{ type: IDENTIFIER_TYPES.study, value: study.studyId }] : [];
}

/** Why the study was made, for which DSTU1 and STU3 have an element and DSTU2 has none. */
function reasons(study: Study): Members[] {
  const text = distinct([...study.reasons, ...study.admittingDiagnoses]).join('; ');
  if (text === '') return [];
  return [elementOf('3.0', 'ImagingStudy.reason', { valueCodeableConcept: { text } })];
}
