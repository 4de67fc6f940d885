import { instanceCount, seriesCount, type Study } from '../../study/model';
import { elementOf } from '../crossVersion';
import { distinct, resource, type Members } from '../elements';
import { concept } from '../r4/datatypes';
import { endpointUse } from '../r4/endpoint';
import { head, reasonsOf, uidAndStudyId } from '../r4/imagingStudy';
import { locationOf } from '../r4/location';
import { modalityCodings } from '../r4/modalities';
import { subjectOf } from '../r4/patient';
import { peopleOf, performersOf, type People } from '../r4/people';
import { basedOn } from '../r4/requests';
import { specimensOf } from '../r4/specimens';
import { studyExtensions } from '../r4/studyExtensions';
import type { RenderContext, Resource } from '../releases';
import { modalitiesOf } from '../shared/modalities';
import { dateTime, unsignedInt } from '../shared/primitives';
import { studyNarrative } from '../shared/studyNarrative';
import { endpointMembers } from './endpoint';
import { requestsOf } from './requests';
import { seriesOf } from './series';

/** R5 ImagingStudy, element by element in the order of imagingstudy.html of 5.0.0. */
export function imagingStudy(study: Study, context: RenderContext): Resource {
  const subject = subjectOf(study.patient, context);
  const people = peopleOf(study);
  const performers = performersOf(study);
  const specimens = specimensOf(study, subject.reference, context);
  const endpoint = endpointUse(study, context, endpointMembers);
  const place = locationOf(study);
  const requests = requestsOf(study.requests, { ...people, subject: subject.reference }, context);
  return resource('ImagingStudy', {
    ...head(study, context),
    text: studyNarrative(study, false),
    contained: [subject, people, performers, specimens, endpoint, place]
      .flatMap(({ contained }) => contained)
      .concat(requests),
    extension: [...studyExtensions(study, context), ...people.extensions, ...interpreters(people)],
    identifier: uidAndStudyId(study),
    status: 'available',
    modality: studyModality(study),
    subject: subject.reference,
    started: dateTime(study.started),
    basedOn: basedOn(study, context),
    partOf: partOf(study),
    referrer: people.referrer,
    endpoint: [endpoint.reference],
    numberOfSeries: unsignedInt(seriesCount(study)),
    numberOfInstances: unsignedInt(instanceCount(study)),
    procedure: study.procedures.map((procedure) => ({ concept: concept(procedure) })),
    location: place.reference,
    reason: reasonConcepts(study),
    description: study.description,
    series: seriesOf(study, { endpoint: endpoint.reference, performers, specimens }, context),
  });
}

/**
 * ImagingStudy.partOf, of R5: the performed procedure steps (0008,1111) that its series are parts of. An archive keeps
 * no Procedure that could be referred to, so each is named by its UID.
 */
function partOf(study: Study): Members[] {
  const steps = (study.series ?? []).flatMap(({ procedureSteps = [] }) => procedureSteps);
  return distinct(steps).map((uid) => ({
    type: 'Procedure',
    identifier: { system: 'urn:dicom:uid', value: `urn:oid:${uid}` },
    display: 'Performed procedure step',
  }));
}

/** ImagingStudy.modality from R5 on: all distinct modalities of the series, documents among them. */
export function studyModality(study: Study): Members[] {
  return modalityCodings(modalitiesOf(study)).map((coding) => ({ coding: [coding] }));
}

/** ImagingStudy.reason from R5 on. */
export function reasonConcepts(study: Study): Members[] {
  return reasonsOf(study).map((text) => ({ concept: { text } }));
}

/** The physicians who read the study: R5 took R4's `interpreter` away and gave them no other element here. */
export function interpreters(people: People): Members[] {
  return people.readers.map((reader) =>
    elementOf('4.0', 'ImagingStudy.interpreter', { valueReference: reader }),
  );
}
