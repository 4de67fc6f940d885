import type { Code } from '../../study/model';
import type { Members } from '../elements';
import { absent } from '../extensions';
import { coding, mandatory } from '../shared/datatypes';
import { DCM } from './datatypes';

/** The id of the contained Procedure of the nth procedure code, from 1. */
function procedureId(n: number): string {
  return `procedure-${n}`;
}

/**
 * The contained Procedures (procedure.html of 1.0.2) of the procedure codes (0008,1032), the only place that
 * DSTU2 has for them: ImagingStudy.procedure is a reference, and nothing in the archive has a URL of a
 * Procedure. Their mandatory `status` is stated absent, as DICOM does not tell whether more is to come.
 */
export function proceduresOf(codes: readonly Code[], patient: Members): Members[] {
  return codes.map((code, i) => ({
    resourceType: 'Procedure',
    id: procedureId(i + 1),
    subject: patient,
    _status: { extension: [absent()] },
    code: mandatory({ coding: [coding(code, DCM)], text: code.meaning }, absent()),
  }));
}

/** ImagingStudy.procedure: the references to the contained procedures. */
export function procedureReferences(codes: readonly Code[]): Members[] {
  return codes.map((code, i) => ({
    reference: `#${procedureId(i + 1)}`,
    display: code.meaning,
  }));
}
