import { instanceCount, seriesCount, type Study } from '../../study/model';
import { resource } from '../elements';
import { endpointUse } from '../r4/endpoint';
import { head, uidAndStudyId } from '../r4/imagingStudy';
import { locationOf } from '../r4/location';
import { subjectOf } from '../r4/patient';
import { peopleOf, performersOf } from '../r4/people';
import { basedOn } from '../r4/requests';
import { specimensOf } from '../r4/specimens';
import { studyExtensions } from '../r4/studyExtensions';
import { endpointMembers } from '../r5/endpoint';
import { interpreters, reasonConcepts, studyModality } from '../r5/imagingStudy';
import { requestsOf } from '../r5/requests';
import type { RenderContext, Resource } from '../releases';
import { dateTime, unsignedInt } from '../shared/primitives';
import { studyNarrative } from '../shared/studyNarrative';
import { proceduresOf } from './procedures';
import { seriesOf } from './series';

/** ImagingStudy of the R6 ballot, element by element in the order of its JSON schema. */
export function imagingStudy(study: Study, context: RenderContext): Resource {
  const subject = subjectOf(study.patient, context);
  const people = peopleOf(study);
  const performers = performersOf(study);
  const specimens = specimensOf(study, subject.reference, context);
  const endpoint = endpointUse(study, context, endpointMembers);
  const place = locationOf(study);
  const procedures = proceduresOf(study, subject.reference);
  const requests = requestsOf(study.requests, { ...people, subject: subject.reference }, context);
  return resource('ImagingStudy', {
    ...head(study, context),
    text: studyNarrative(study, false),
    contained: [subject, people, performers, specimens, endpoint, place, procedures]
      .flatMap(({ contained }) => contained)
      .concat(requests),
    extension: [...studyExtensions(study, context), ...people.extensions, ...interpreters(people)],
    identifier: uidAndStudyId(study),
    status: 'available',
    modality: studyModality(study),
    subject: subject.reference,
    started: dateTime(study.started),
    basedOn: basedOn(study, context),
    procedure: procedures.references,
    referrer: people.referrer,
    endpoint: [endpoint.reference],
    location: place.reference,
    reason: reasonConcepts(study),
    description: study.description,
    numberOfSeries: unsignedInt(seriesCount(study)),
    numberOfInstances: unsignedInt(instanceCount(study)),
    series: seriesOf(study, { endpoint: endpoint.reference, performers, specimens }, context),
  });
}
