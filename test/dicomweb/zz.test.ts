import { startDemoArchive } from '../../src/demo/archive';
import { demoStudies } from '../../src/demo/studies';
import { startGateway } from '../gateway/running';
test('x', async () => {
  const a = await startDemoArchive({ host: '127.0.0.1', port: 0 });
  const g = await startGateway(a.url);
  for (const s of demoStudies()) for (const base of [a.url, `${g.url}/dicom-web`]) {
    const t = performance.now();
    const r = await fetch(`${base}/studies/${s.uid}/metadata`);
    const n = (await r.arrayBuffer()).byteLength;
    const i = s.series.at(-1)!; const t2 = performance.now();
    const f = await fetch(`${base}/studies/${s.uid}/series/${i.uid}/instances/${i.instances.at(-1)!.uid}`, { headers: { Accept: 'application/dicom' } });
    const m = (await f.arrayBuffer()).byteLength;
    process.stdout.write(`${base === a.url ? 'a' : 'g'} ${r.status} ${n} ${(t2 - t).toFixed(0)}ms file ${f.status} ${m} ${(performance.now() - t2).toFixed(0)}\n`);
  }
  await g.close(); await a.close();
}, 100000);
