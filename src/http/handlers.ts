import type { Access } from '../auth/access';
import type { RenderContext } from '../fhir/releases';
import type { SearchContext } from '../search/parse';
import type { FoundPatients } from '../study/findPatients';
import type { PatientIds } from '../study/identity';
import type { StudyHeader } from '../study/model';
import type { StudyQuery } from '../study/query';
import type { FoundStudies } from '../study/search';
import type { Call } from '../study/source';
import { createPatientHandlers, type PatientHandlers } from './patientHandlers';
import { createServedHandlers, type ServedHandlers } from './servedHandlers';
import type { LinkSigner } from './signing';
import { createStudyHandlers, type StudyHandlers } from './studyHandlers';

/** What the handlers need of the rest of the gateway. */
export interface Services {
  findStudies(query: StudyQuery, call: Call): Promise<FoundStudies>;
  findPatients(query: StudyQuery, call: Call): Promise<FoundPatients>;
  /** Whether a question would read the whole archive where that is switched off. */
  isTooBroad(query: StudyQuery, call: Call): Promise<boolean>;
  /** @throws Problem `forbidden` where this caller is not told what is asked of the archive */
  allowExplain(access: Access): void;
  /** DICOMweb root that opens a study to a caller alone; undefined where there are no capability URLs. */
  readonly capabilityRoot?: ((access: Access, study: StudyHeader) => string) | undefined;
  readonly patientIds: PatientIds;
  /** How search values are read; the base and the compartment are the request's. */
  readonly search: Pick<SearchContext, 'defaultCount' | 'maxCount' | 'issuersOfSystem'>;
  /** How resources are rendered; the base is the request's. */
  readonly render: Omit<RenderContext, 'baseUrl'>;
  /** Signs the links between pages. */
  readonly signer: LinkSigner;
}

/** The FHIR interactions that the gateway answers. Who may ask for studies and patients is their route's affair. */
export type Handlers = StudyHandlers & PatientHandlers & ServedHandlers;

export function createHandlers(services: Services): Handlers {
  return {
    ...createStudyHandlers(services),
    ...createPatientHandlers(services),
    ...createServedHandlers(services),
  };
}
