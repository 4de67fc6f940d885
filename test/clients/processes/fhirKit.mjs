import process from 'node:process';
import { createInterface } from 'node:readline';
import { CapabilityTool, Client } from 'fhir-kit-client';

/*
 * fhir-kit-client, which is an ES module and so beyond Jest: each line of standard input is a call of it in JSON,
 * each line of standard output what came of it.
 */

const client = new Client({ baseUrl: process.argv[2] ?? '' });

for await (const line of createInterface({ input: process.stdin })) {
  const told = await outcome(JSON.parse(line));
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

async function outcome({ statement, method, args }) {
  const target = statement === undefined ? client : new CapabilityTool(statement);
  try {
    const value = await target[method](...args);
    const { response } = Client.httpFor(value ?? {});
    return { value, headers: Object.fromEntries(response?.headers ?? []) };
  } catch (error) {
    return { error: { message: String(error), ...error.response } };
  }
}
