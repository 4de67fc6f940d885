import { startDemoArchive } from '../demo/archive';
import { demoStudies } from '../demo/studies';
import { createLogger } from '../observe/log';
import { welcome } from '../welcome';
import { startServing, stopOnSignal } from './serve';
import { settingsOf, type Shell } from './shell';

/** In front of a small archive of its own, until a signal ends it. */
export async function demo(shell: Shell): Promise<number> {
  const settings = settingsOf(shell);
  shell.print('Starting an archive with made-up studies …\n');
  const archive = await startDemoArchive({ host: '127.0.0.1', port: 0 });
  shell.print('Starting the gateway in front of it …\n');
  const level = settings['log.level'] === 'info' ? 'warn' : settings['log.level'];
  const logger = createLogger(level);
  const demonstrated = { ...settings, 'pacs.url': archive.url, 'log.level': level };
  const serving = await startServing(demonstrated, logger, shell);
  stopOnSignal(shell, logger, serving, () => archive.close());
  const baseUrl = settings.publicBaseUrl ?? serving.url;
  const wadoRoot =
    settings['wado.mode'] === 'proxy'
      ? `${baseUrl}/dicom-web`
      : (settings['wado.baseUrl'] ?? archive.url);
  shell.print(`\n${welcome(baseUrl, archive.url, wadoRoot, demoStudies())}`);
  return 0;
}
