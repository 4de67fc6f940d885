import { instanceCount, seriesCount, type Defect, type Study } from '../../study/model';
import { distinct, resource, type Members } from '../elements';
import { extension } from '../extensions';
import type { RenderContext, Resource } from '../releases';
import { coding, count, dateTime, identifier, oid } from './datatypes';
import { otherModalities, studyModalities } from './modalities';
import { orderReferences, ordersOf } from './orders';
import { subjectOf } from './patient';
import { peopleOf } from './people';
import { seriesOf, shownSeries, wadoUrl } from './series';
import { studyNarrative } from './studyNarrative';

/** DSTU1 ImagingStudy, element by element in the order of imagingstudy.html of 0.0.82. */
export function imagingStudy(study: Study, context: RenderContext): Resource {
  const subject = subjectOf(study.patient, context);
  const people = peopleOf(study);
  const orders = ordersOf(study.requests, { ...people, subject: subject.reference }, context);
  return resource('ImagingStudy', {
    extension: [...people.extensions, ...extensionsOf(study)],
    text: studyNarrative(study),
    contained: [...subject.contained, ...people.contained, ...orders],
    dateTime: dateTime(study.started),
    subject: subject.reference,
    ...oid('uid', study.uid),
    accessionNo: study.accession && identifier(study.accession, 'Accession Number', context),
    identifier: study.studyId ? [{ label: 'Study ID', value: study.studyId }] : [],
    order: orderReferences(study.requests),
    modality: studyModalities(study),
    referrer: people.referrer,
    availability: study.availability,
    url: wadoUrl([study.uid], () => context.wado.study(study.uid)),
    ...count('numberOfSeries', seriesCount(study)),
    ...count('numberOfInstances', instanceCount(study)),
    clinicalInformation: distinct([...study.reasons, ...study.admittingDiagnoses]).join('; '),
    procedure: study.procedures.map(coding),
    interpreter: people.interpreter,
    description: study.description,
    series: seriesOf(study, context),
  });
}

function extensionsOf(study: Study): Members[] {
  const others = otherModalities(study).map((modality) =>
    extension('other-modality', { valueString: modality }),
  );
  return [...others, ...study.defects.flatMap(defectExtensions), ...emptySeries(study)];
}

function defectExtensions(defect: Defect): Members[] {
  return [extension('defect', { valueCode: defect.kind }), ...missingInstances(defect)];
}

function missingInstances(defect: Defect): Members[] {
  if (defect.kind !== 'incomplete') return [];
  return [
    extension('instances-expected', { valueInteger: defect.expected }),
    extension('instances-received', { valueInteger: defect.received }),
  ];
}

function emptySeries(study: Study): Members[] {
  const shown = new Set(shownSeries(study));
  return (study.series ?? [])
    .filter((series) => !shown.has(series))
    .map((series) => extension('series-without-instances', { valueString: series.uid }));
}
