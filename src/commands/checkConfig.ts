import { archiveSettingsOf, type Shell } from './shell';

/**
 * Says that `serve` would start with these settings.
 *
 * @throws SettingsError with all that is wrong
 */
export function checkConfig(shell: Shell): Promise<number> {
  archiveSettingsOf(shell);
  shell.print('The settings are good.\n');
  return Promise.resolve(0);
}
