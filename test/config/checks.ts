import { installProgram, type Program } from './program';

/**
 * Installs the program for the tests of a file, and gives what `check-config` says to settings, which name an
 * archive in any case.
 */
export function installChecks() {
  let program: Program;
  jest.setTimeout(30_000);
  beforeAll(() => {
    program = installProgram();
  }, 60_000);
  afterAll(() => program.remove());

  return async (env: Readonly<Record<string, string>>) => {
    const started = program.start(['check-config'], { PACS_URL: 'http://127.0.0.1:1', ...env });
    return { code: await started.ended, err: started.said.err };
  };
}
