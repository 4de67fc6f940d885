import { installProgram, type Program } from './program';

/** Installs the program for the tests of a file, and gives what it says to settings with `--check`. */
export function installChecks() {
  let program: Program;
  jest.setTimeout(30_000);
  beforeAll(() => {
    program = installProgram();
  }, 60_000);
  afterAll(() => program.remove());

  return async (env: Readonly<Record<string, string>>) => {
    const started = program.start(['--check'], env);
    return { code: await started.ended, err: started.said.err };
  };
}
