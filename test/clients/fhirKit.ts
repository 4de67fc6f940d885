import path from 'node:path';
import { z } from 'zod';
import { startScript } from '../programs';

/** What came of a call: its value and the headers of the answer, or how the client's promise was rejected. */
export interface Came {
  readonly value: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly error?: { readonly status?: number; readonly data?: unknown; readonly message: string };
}

/** fhir-kit-client in a process of its own, at work on one FHIR base. */
export interface FhirKit {
  /** Calls a method of its `Client`; throws when the client does. */
  call(method: string, ...args: readonly unknown[]): Promise<Came>;
  /** The same of a call that has to fail: how it did. */
  fails(method: string, ...args: readonly unknown[]): Promise<NonNullable<Came['error']>>;
  /** Calls a method of its `CapabilityTool` on a statement. */
  capability(statement: unknown, method: string, ...args: readonly unknown[]): Promise<unknown>;
  stop(): Promise<void>;
}

const came = z.object({
  value: z.unknown().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  error: z
    .object({ status: z.number().optional(), data: z.unknown().optional(), message: z.string() })
    .optional(),
});

export function startFhirKit(baseUrl: string): FhirKit {
  const script = path.join(__dirname, 'processes', 'fhirKit.mjs');
  const client = startScript(script, baseUrl);
  async function ask(what: object): Promise<Came> {
    client.say(JSON.stringify(what));
    const { value, headers, error } = came.parse(JSON.parse(await client.hear()));
    return error === undefined ? { value, headers } : { value, headers, error: told(error) };
  }
  return {
    async call(method, ...args) {
      const answer = await ask({ method, args });
      if (answer.error !== undefined) throw new Error(answer.error.message);
      return answer;
    },
    async fails(method, ...args) {
      const { error } = await ask({ method, args });
      if (error === undefined) throw new Error(`${method} did not fail`);
      return error;
    },
    async capability(statement, method, ...args) {
      const { value, error } = await ask({ statement, method, args });
      if (error !== undefined) throw new Error(error.message);
      return value;
    },
    stop: () => client.end(),
  };
}

function told({ status, ...error }: NonNullable<z.output<typeof came>['error']>) {
  return { ...error, ...(status !== undefined && { status }) };
}
