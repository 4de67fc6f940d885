import { instanceCount, seriesCount, type Study } from '../../study/model';
import { distinct, resource, type Members } from '../elements';
import { extension } from '../extensions';
import type { RenderContext, Resource } from '../releases';
import { identifier } from '../shared/datatypes';
import { dateTime, resourceId, unsignedInt } from '../shared/primitives';
import { studyNarrative } from '../shared/studyNarrative';
import { concept, ID_TYPES } from './datatypes';
import { endpointMembers, endpointUse } from './endpoint';
import { locationOf } from './location';
import { modalityCodings, otherModalities, studyModalities } from './modalities';
import { subjectOf } from './patient';
import { peopleOf, performersOf } from './people';
import { basedOn, requestsOf } from './requests';
import { seriesOf } from './series';
import { specimensOf } from './specimens';
import { studyExtensions } from './studyExtensions';

/** R4 ImagingStudy, element by element in the order of imagingstudy.html of 4.0.1. */
export function imagingStudy(study: Study, context: RenderContext): Resource {
  const subject = subjectOf(study.patient, context);
  const people = peopleOf(study);
  const performers = performersOf(study);
  const specimens = specimensOf(study, subject.reference, context);
  const endpoint = endpointUse(study, context, endpointMembers);
  const place = locationOf(study);
  const requests = requestsOf(study.requests, { ...people, subject: subject.reference }, context);
  const others = otherModalities(study);
  return resource('ImagingStudy', {
    ...head(study, context),
    text: studyNarrative(study, others.length > 0),
    contained: [subject, people, performers, specimens, endpoint, place]
      .flatMap(({ contained }) => contained)
      .concat(requests),
    extension: [
      ...studyExtensions(study, context),
      ...people.extensions,
      ...others.map((other) => extension('other-modality', { valueString: other })),
    ],
    identifier: identifiersOf(study, context),
    status: 'available',
    modality: modalityCodings(studyModalities(study)),
    subject: subject.reference,
    started: dateTime(study.started),
    basedOn: basedOn(study, context),
    referrer: people.referrer,
    interpreter: people.readers,
    endpoint: [endpoint.reference],
    numberOfSeries: unsignedInt(seriesCount(study)),
    numberOfInstances: unsignedInt(instanceCount(study)),
    procedureCode: study.procedures.map(concept),
    location: place.reference,
    reasonCode: reasonsOf(study).map((text) => ({ text })),
    description: study.description,
    series: seriesOf(study, { endpoint: endpoint.reference, performers, specimens }, context),
  });
}

/** `id` and `meta`, which every release from R4 on has alike. */
export function head(study: Study, context: RenderContext): Members {
  return {
    id: resourceId(context.studyId(study)),
    meta: { lastUpdated: context.lastUpdated(study)?.toISOString() },
  };
}

/** ImagingStudy.identifier of every release from R4 on: `urn:dicom:uid` with a `urn:oid:`, and the Study ID. */
export function uidAndStudyId(study: Study): Members[] {
  return [
    { type: ID_TYPES.studyUid, system: 'urn:dicom:uid', value: `urn:oid:${study.uid}` },
    ...(study.studyId ? [{ type: ID_TYPES.studyId, value: study.studyId }] : []),
  ];
}

/** Why the study was made: the reasons told, then what the patient was admitted with. */
export function reasonsOf(study: Study): string[] {
  return distinct([...study.reasons, ...study.admittingDiagnoses]);
}

/** In R4 the accession number is an identifier of the study. */
function identifiersOf(study: Study, context: RenderContext): Members[] {
  const { accession } = study;
  return [
    ...uidAndStudyId(study),
    ...(accession ? [identifier(accession, ID_TYPES.accession, context)] : []),
  ];
}
