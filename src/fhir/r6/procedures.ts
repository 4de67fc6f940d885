import type { Study } from '../../study/model';
import type { Members } from '../elements';
import { concept } from '../r4/datatypes';

/** The procedures of a study as contained Procedures, and the references to them. */
export interface Procedures {
  readonly contained: readonly Members[];
  readonly references: readonly Members[];
}

/** ImagingStudy.procedure is a reference in R6: the codes stand in contained Procedures of unknown state. */
export function proceduresOf(study: Study, subject: Members): Procedures {
  return {
    contained: study.procedures.map((procedure, i) => ({
      resourceType: 'Procedure',
      id: procedureId(i),
      status: 'unknown',
      code: concept(procedure),
      subject,
    })),
    references: study.procedures.map((procedure, i) => ({
      reference: `#${procedureId(i)}`,
      display: procedure.meaning,
    })),
  };
}

function procedureId(index: number): string {
  return `procedure-${index + 1}`;
}
