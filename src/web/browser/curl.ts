import { token } from './session';
import { urlOf } from './client';

/**
 * A request as a line for a shell (POSIX). The token is `$TOKEN`, never its value: lines are pasted into tickets and
 * kept in histories.
 */
export function curlOf(path: string, accept: string): string {
  const authorization = token() === undefined ? '' : ' -H "Authorization: Bearer $TOKEN"';
  return `curl -H ${quoted(`Accept: ${accept}`)}${authorization} ${quoted(urlOf(path))}`;
}

function quoted(words: string): string {
  return `'${words.replaceAll("'", `'\\''`)}'`;
}
