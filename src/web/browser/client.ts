import { at, items, parseJson, text, type Json } from './json';
import { token } from './session';

/** One thing that an OperationOutcome tells. */
export interface Issue {
  readonly severity: string;
  readonly code: string;
  readonly words: string;
}

/** An answer that is none of what was asked for, with what was told about it. */
export class Failed extends Error {
  override readonly name = 'Failed';
  constructor(
    readonly status: number,
    readonly issues: readonly Issue[],
  ) {
    super(issues.map(({ words }) => words).join(' ') || `The gateway answered ${status}.`);
  }
}

/** Where the page stands; everything is asked below it, so that a path prefix in front of the gateway does not matter. */
export const BASE = new URL('./', document.baseURI);

export function urlOf(path: string): string {
  return new URL(path, BASE).href;
}

/**
 * Asks the gateway.
 *
 * @param path below the page, for example `fhir/r4/metadata`
 * @throws Failed for whatever is not 2xx; what cannot be reached fails with status 0
 */
export async function ask(path: string, accept: string, signal?: AbortSignal): Promise<Response> {
  const bearer = token();
  const headers = {
    Accept: accept,
    ...(bearer !== undefined && { Authorization: `Bearer ${bearer}` }),
  };
  let response: Response;
  try {
    response = await fetch(urlOf(path), { headers, ...(signal !== undefined && { signal }) });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new Failed(0, [problem('unreachable', 'The gateway cannot be reached.')]);
  }
  if (!response.ok) throw await failureOf(response);
  return response;
}

async function failureOf(response: Response): Promise<Failed> {
  if (response.status === 401) document.dispatchEvent(new Event('token-wanted'));
  try {
    return new Failed(response.status, issuesOf(parseJson(await response.text())));
  } catch {
    return new Failed(response.status, []);
  }
}

/** @throws Failed also for an answer that broke off or is no JSON: half an answer is none */
export async function askJson(path: string, accept: string, signal?: AbortSignal): Promise<Json> {
  const response = await ask(path, accept, signal);
  try {
    return parseJson(await response.text());
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new Failed(0, [problem('broken', 'The answer broke off or is no JSON.')]);
  }
}

function problem(code: string, words: string): Issue {
  return { severity: 'error', code, words };
}

/** The issues of an OperationOutcome of any release. */
export function issuesOf(outcome: Json): Issue[] {
  return items(at(outcome, 'issue')).map((issue) => ({
    severity: text(at(issue, 'severity')) ?? 'error',
    code:
      text(at(issue, 'details', 'coding', 'code')) ??
      text(at(issue, 'extension', 'valueCode')) ??
      text(at(issue, 'code')) ??
      '',
    words:
      text(at(issue, 'details', 'text')) ??
      text(at(issue, 'details')) ??
      text(at(issue, 'diagnostics')) ??
      '',
  }));
}
