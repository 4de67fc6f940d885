import pino from 'pino';
import { createAudit } from '../../../src/observe/audit/audit';
import { numbered } from '../records';

/* Records without end, and says each request id when it is recorded. Arguments: folder of the spool, server. */

async function main(): Promise<void> {
  const [, , spoolDir = '', fhirUrl] = process.argv;
  const audit = createAudit(
    {
      fhirUrl,
      fhirTimeoutMs: 1000,
      retryMaxMs: 1000,
      spoolDir,
      spoolMaxBytes: 2 ** 30,
      fail: 'closed',
    },
    {
      logger: pino({ level: 'silent' }),
      now: () => new Date(),
      publicBaseUrl: () => 'https://gateway.example.org',
    },
  );
  for (let number = 1; ; number++) {
    await audit.record(numbered(number));
    process.stdout.write(`req-${number}\n`);
  }
}

void main();
