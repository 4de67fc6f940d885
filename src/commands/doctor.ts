import { z } from 'zod';
import { runDoctor } from '../doctor/command';
import { settingsOf, type Shell } from './shell';

const OPTIONS = z.object({
  json: z.boolean().optional(),
  username: z.string().optional(),
  tokenFile: z.string().optional(),
  timeout: z.string().optional(),
});

/** Examines an archive, the one at PACS_URL unless another is named. */
export function doctor(
  shell: Shell,
  [url]: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { print, complain, colours, terminal } = shell;
  return runDoctor(
    { url, ...OPTIONS.parse(options) },
    { settings: () => settingsOf(shell), out: print, err: complain, colours, terminal },
  );
}
