import { loadSettings, SettingsError, type Settings } from '../config';
import type { GatewaySettings } from '../gateway/limits';
import type { Software } from '../http/conformance';

/** The process, as far as commands know it; only `main.ts` knows it better. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folders of the files of settings, the defaults first. */
  readonly configDir: string;
  readonly software: Software;
  /** Path of the program, for further processes of it. */
  readonly entry: string;
  /** Whether standard output is a terminal that wants colours (NO_COLOR is not set). */
  readonly colours: boolean;
  /** Whether standard error is a terminal. */
  readonly terminal: boolean;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly onSignal: (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void) => void;
  readonly exit: (code: number) => void;
}

/** @throws SettingsError with all problems */
export function settingsOf({ configDir, env }: Shell): Settings {
  return loadSettings(configDir, env);
}

const NO_ARCHIVE =
  'PACS_URL is missing: set it to the DICOMweb root of the archive, for example ' +
  'PACS_URL=http://127.0.0.1:8042/dicom-web (Orthanc) or ' +
  'PACS_URL=http://127.0.0.1:8080/dcm4chee-arc/aets/DCM4CHEE/rs (dcm4chee)';

/**
 * Settings that name an archive.
 *
 * @throws SettingsError with all problems, a missing archive among them
 */
export function archiveSettingsOf({ configDir, env }: Shell): GatewaySettings {
  const settings = loadSettings(configDir, env, { 'pacs.url': NO_ARCHIVE });
  const { 'pacs.url': url } = settings;
  if (url === undefined) throw new SettingsError([NO_ARCHIVE]);
  return { ...settings, 'pacs.url': url };
}
