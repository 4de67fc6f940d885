import type { Request, Response } from 'express';
import type { Access } from '../../auth/access';
import type { Part } from '../../auth/ownership';
import { CallerGone } from '../../errors';
import type { StudyHeader } from '../../study/model';
import type { Disclosure } from '../disclosure';
import { begun, sendPrepared, type Prepared } from './send';
import type { DicomWebServices } from './services';

/** What is known of a request as it is answered; the audit is told of it however it ends. */
export interface Findings {
  access?: Access;
  studies: readonly StudyHeader[];
  part?: Part;
}

/**
 * Answers a request and tells the audit of it, before its first byte and exactly once.
 *
 * @param work prepares the answer, and notes what it finds as soon as it does
 */
export async function answerAudited(
  request: Request,
  response: Response,
  action: Disclosure['action'],
  services: DicomWebServices,
  work: (findings: Findings) => Promise<Prepared>,
): Promise<void> {
  const findings: Findings = { studies: [] };
  const prepared = await prepare(findings, work).catch(async (error: unknown) => {
    if (!(error instanceof CallerGone)) {
      await services.audit({ action, outcome: 'failure', request, ...findings, error });
    }
    throw error;
  });
  try {
    await services.audit({ action, outcome: 'success', request, ...findings });
  } catch (error) {
    prepared.body.destroy();
    throw error;
  }
  await sendPrepared(request, response, prepared, services);
}

async function prepare(
  findings: Findings,
  work: (findings: Findings) => Promise<Prepared>,
): Promise<Prepared> {
  const prepared = await work(findings);
  if (prepared.status !== 304) await begun(prepared.body);
  return prepared;
}
