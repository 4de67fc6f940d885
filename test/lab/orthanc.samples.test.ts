import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { demoStudies } from '../../src/demo/studies';
import { freePort } from '../../src/listen';
import { installProgram, type Program } from '../config/program';
import { bundleOf, startGateway, studiesOf, type Running } from '../gateway/running';
import { until } from '../until';
import { lab } from './support/archive';

/* The Orthanc of `deploy/` with its users, the loader of samples, and the gateway in front of both. */

const DEPLOY = path.join(__dirname, '..', '..', 'deploy');
const USER = 'gateway';
const PASSWORD = 'a password of this test';

let orthanc: ChildProcess;
let program: Program;
let gateway: Running;
let url: string;

jest.setTimeout(120_000);

beforeAll(async () => {
  const { dir } = lab();
  const folder = mkdtempSync(path.join(dir, 'samples-'));
  const port = await freePort('127.0.0.1');
  url = `http://127.0.0.1:${port}/dicom-web`;
  configure(folder, port);
  orthanc = spawn(process.env.ORTHANC ?? '/usr/sbin/Orthanc', [path.join(folder, 'etc')], {
    env: { ...process.env, LD_PRELOAD: path.join(dir, 'bind_loopback.so') },
    stdio: 'ignore',
  });
  program = installProgram();
  const installed = path.dirname(program.configDir);
  cpSync(path.join(DEPLOY, 'samples'), path.join(installed, 'deploy', 'samples'), {
    recursive: true,
  });
  gateway = await startGateway(url, { PACS_USERNAME: USER, PACS_PASSWORD: PASSWORD });
});
afterAll(async () => {
  await gateway.close();
  await new Promise((resolve) => {
    orthanc.once('exit', resolve);
    orthanc.kill('SIGKILL');
  });
  program.remove();
});

/** The configuration as it is shipped, but for its places and its port, beside the file of users and the plugin. */
function configure(folder: string, port: number): void {
  const etc = path.join(folder, 'etc');
  mkdirSync(etc);
  const shipped = readFileSync(path.join(DEPLOY, 'orthanc', 'orthanc.json'), 'utf8');
  const here = shipped
    .replaceAll('/var/lib/orthanc/db', folder)
    .replace('"HttpPort": 8042', `"HttpPort": ${port}`);
  writeFileSync(path.join(etc, 'orthanc.json'), here);
  const users = { RegisteredUsers: { [USER]: PASSWORD } };
  writeFileSync(path.join(etc, 'users.json'), JSON.stringify(users));
  const shelf = process.env.PLUGDIR ?? '/usr/share/orthanc/plugins';
  const plugins = { Plugins: [path.join(shelf, 'libOrthancDicomWeb.so')] };
  writeFileSync(path.join(etc, 'plugins.json'), JSON.stringify(plugins));
}

function load(password: string) {
  const installed = path.dirname(program.configDir);
  return spawnSync(process.execPath, [path.join(installed, 'deploy', 'samples', 'load.mjs')], {
    env: { PATH: process.env.PATH, PACS_URL: url, PACS_USERNAME: USER, PACS_PASSWORD: password },
    encoding: 'utf8',
  });
}

test('the loader waits for the archive, and stores every sample', () => {
  const { status, stdout, stderr } = load(PASSWORD);
  const studies = demoStudies();
  const instances = studies.flatMap(({ series }) => series.flatMap((one) => one.instances));
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    new RegExp(
      `\n${studies.length} of ${studies.length} studies, ${instances.length} instances\n$`,
    ),
  );
});

test('stored again, nothing is there twice, and the gateway has all of it', async () => {
  expect(load(PASSWORD).status).toBe(0);
  const got = await gateway.get('ImagingStudy?_count=100');
  expect(bundleOf(got).totalResults).toBe(demoStudies().length);
  const wanted = demoStudies().map(({ uid }) => `urn:oid:${uid}`);
  expect(
    studiesOf(got)
      .map(({ uid }) => uid)
      .sort(),
  ).toEqual(wanted.sort());
});

test('the loader says so when the archive wants another password, and does not wait', async () => {
  await until(async () => (await fetch(`${url}/studies`)).status === 401);
  const { status, stderr } = load('wrong');
  expect([status, stderr]).toEqual([1, expect.stringContaining('does not answer: 401')]);
});
