import type { Request } from 'express';
import type { Access, Interaction } from '../auth/access';
import { requireScope } from '../auth/scopes';
import { Problem } from '../errors';
import type { Audit } from './disclosure';
import type { FhirHandler, FhirRequest } from './exchange';
import { finish, type Finished } from './finished';
import type { Keep } from './kept';

/** What answering takes beside a handler. */
export interface Answering {
  readonly audit: Audit;
  /** Who asks and what they may see; throws Problem `unauthenticated` or `forbidden`. */
  access(request: Request): Promise<Access>;
  /** @throws Problem `rate-limited` for a caller who searches too often */
  countSearch(access: Access): void;
}

/** A handler of what the archive holds: the scope that its route takes, and that it is asked through what is kept. */
export interface Guarded {
  readonly type: 'ImagingStudy' | 'Patient';
  readonly interaction: Interaction;
  readonly keep: Keep;
}

/**
 * Has a handler answer a request, and tells the audit what the answer shows, or that it was refused.
 *
 * @param guarded how, for what the archive holds; without, the handler itself sees to who may ask
 */
export async function answer(
  request: Request,
  understood: FhirRequest,
  handler: FhirHandler,
  answering: Answering,
  guarded?: Guarded,
): Promise<Finished> {
  const action = request.params.id === undefined ? ('search' as const) : ('read' as const);
  try {
    const given = await (guarded === undefined
      ? finishOf(understood, handler)
      : answerGuarded(understood, handler, answering, guarded));
    const { disclosed } = given;
    if (disclosed !== undefined) {
      await answering.audit({ action, outcome: 'success', request, ...disclosed });
    }
    return given;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const known = await answering.access(request).then(
      (own) => ({ access: own }),
      () => ({}),
    );
    await answering.audit({ action, outcome: 'failure', request, ...known, studies: [], error });
    throw error;
  }
}

async function finishOf(understood: FhirRequest, handler: FhirHandler): Promise<Finished> {
  return finish(await handler(understood), understood);
}

/** Every request is looked at for itself: its token, its scope and its share; only then does a kept answer count. */
async function answerGuarded(
  request: FhirRequest,
  handler: FhirHandler,
  answering: Answering,
  { type, interaction, keep }: Guarded,
): Promise<Finished> {
  const access = await request.access();
  requireScope(access, type, interaction);
  if (interaction === 'search') answering.countSearch(access);
  return keep({ request, access }, handler);
}

/** Whether the caller was refused, or asked for what is not there for them: nobody can tell which from outside. */
function isRefusal(error: unknown): boolean {
  const codes: readonly string[] = [
    'unauthenticated',
    'forbidden',
    'not-found',
    'version-not-kept',
    'rate-limited',
  ];
  return error instanceof Problem && codes.includes(error.code);
}
