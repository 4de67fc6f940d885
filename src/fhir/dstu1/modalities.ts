import type { Study } from '../../study/model';
import { code, distinct, type Members } from '../elements';
import { extension } from '../extensions';
import { missing } from './datatypes';

/** http://hl7.org/fhir/imaging-modality of DSTU1, a closed list; OPR is in it and not in the next one. */
const IMAGING_MODALITIES: ReadonlySet<string> = new Set(
  (
    'AR BMD BDUS EPS CR CT DX ECG ES XC GM HD IO IVOCT IVUS KER LEN MR MG NM OAM OCT OPM OP OPR OPT OPV ' +
    'PX PT RF RG SM SRF US VA XA'
  ).split(' '),
);

/** http://hl7.org/fhir/modality of DSTU1, a closed list of 53 that later DICOM codes are not in. */
const MODALITIES: ReadonlySet<string> = new Set(
  (
    'AR AU BDUS BI BMD CR CT DG DX ECG EPS ES GM HC HD IO IVOCT IVUS KER KO LEN LS MG MR NM OAM OCT OP ' +
    'OPM OPT OPV OT PR PT PX REG RF RG RTDOSE RTIMAGE RTPLAN RTRECORD RTSTRUCT SEG SM SMR SR SRF TG US ' +
    'VA XA XC'
  ).split(' '),
);

/** All modalities of a study as DICOM tells them, whatever FHIR thinks of them. */
export function modalitiesOf(study: Study): string[] {
  const told = study.modalities ?? study.series?.map((series) => series.modality) ?? [];
  const codes = told.map(code).filter((modality) => modality !== undefined);
  return distinct(codes).filter((modality) => modality !== '');
}

/** ImagingStudy.modality: those "that are actual acquisition modalities", as far as DSTU1 has a code. */
export function studyModalities(study: Study): string[] {
  return modalitiesOf(study).filter((modality) => IMAGING_MODALITIES.has(modality));
}

/** The modalities of a study that ImagingStudy.modality cannot hold: documents and what is too young. */
export function otherModalities(study: Study): string[] {
  return modalitiesOf(study).filter((modality) => !IMAGING_MODALITIES.has(modality));
}

/**
 * ImagingStudy.series.modality, 1..1 and closed. A code that DSTU1 lacks is `OT` (other) with the archive's
 * in an extension; an untold one stays untold, because `OT` would say that it is known to be no other.
 */
export function seriesModality(modality: string | undefined): Members {
  const told = code(modality);
  if (!told) return missing('modality');
  if (MODALITIES.has(told)) return { modality: told };
  const original = extension('original-modality', { valueString: told });
  return { modality: 'OT', _modality: { extension: [original] } };
}
