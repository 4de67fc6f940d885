import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createCallerLimits, type Counted } from '../../src/auth/limits';
import { checkSettings } from '../../src/config';
import { SETTINGS, type SettingRow } from '../../src/settings';
import { liveSettings } from '../../src/live';
import { shareOf } from '../../src/workers/share';
import { settingsOf } from '../gateway/running';

/* Settings of a running gateway, and those of one worker of several. */

jest.mock('../../src/config/given', () => ({}));

const withArchive = (env: Readonly<Record<string, string>>) => ({
  ...settingsOf(env),
  'pacs.url': 'http://127.0.0.1:1',
});

describe('settings that are replaced', () => {
  test('are taken where their row says so, and else named as waiting for a restart', () => {
    const live = liveSettings(settingsOf({ SEARCH_MAX_COUNT: '50', PACS_RETRIES: '1' }));
    const replaced = live.replace(settingsOf({ SEARCH_MAX_COUNT: '60', PACS_RETRIES: '2' }));
    expect(replaced).toEqual({ taken: ['SEARCH_MAX_COUNT'], waiting: ['PACS_RETRIES'] });
    expect([live.settings['search.maxCount'], live.settings['pacs.retries']]).toEqual([60, 1]);
    // Again the same: what waits still waits, what was taken is nothing new.
    const again = live.replace(settingsOf({ SEARCH_MAX_COUNT: '60', PACS_RETRIES: '2' }));
    expect(again).toEqual({ taken: [], waiting: ['PACS_RETRIES'] });
  });

  test('a new credential does not go to the old address', () => {
    const live = liveSettings(withArchive({ PACS_TOKEN: 'old' }));
    const next = { ...settingsOf({ PACS_TOKEN: 'new' }), 'pacs.url': 'http://127.0.0.1:2' };
    expect(live.replace(next)).toEqual({ taken: [], waiting: ['PACS_URL', 'PACS_TOKEN'] });
    expect(live.settings['pacs.token']).toBe('old');
  });

  test('no key that names patients or seals what clients hold is among them, but those that rotate', () => {
    const taken = Object.entries<SettingRow>(SETTINGS)
      .filter(([, row]) => row.reload && row.secret)
      .map(([, { env }]) => env);
    expect(taken).toContain('PACS_TOKEN');
    for (const kept of ['PATIENT_ID_KEY', 'PAGING_KEY', 'REDIS_KEY'])
      expect(taken).not.toContain(kept);
  });
});

describe('the share of a worker', () => {
  const settings = withArchive({
    WORKERS: '3',
    PACS_CONCURRENCY: '5',
    PACS_QUEUE: '0',
    AUDIT_FILE: '/var/log/audit.ndjson',
    AUDIT_SPOOL_DIR: '/spool',
  });
  const shares = [1, 2, 3].map((worker) => shareOf(settings, worker));

  test.each(['pacs.concurrency', 'pacs.queue', 'pacs.streams', 'pacs.streamQueue'] as const)(
    '%s of all of them is what is set, and no worker has more than one above another',
    (key) => {
      const parts = shares.map((share) => share[key]);
      expect(parts.reduce((sum, each) => sum + each, 0)).toBe(settings[key]);
      expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
    },
  );

  test.each(['cache.maxBytes', 'cache.answerBytes', 'audit.spoolMaxBytes'] as const)(
    '%s of all of them is not above what is set',
    (key) => {
      const sum = shares.reduce((total, share) => total + share[key], 0);
      expect(sum).toBe(settings[key]);
    },
  );

  test('has files of its own, the first those of a gateway of one process', () => {
    expect(shares.map((share) => [share['audit.file'], share['audit.spoolDir']])).toEqual([
      ['/var/log/audit.ndjson', '/spool'],
      ['/var/log/audit.worker-2.ndjson', '/spool/worker-2'],
      ['/var/log/audit.worker-3.ndjson', '/spool/worker-3'],
    ]);
  });

  test('comes out of a message and another check as it was', () => {
    const full = withArchive({
      PATIENT_MAP: '{"42":[{"system":"urn:oid:1.2","value":"P1"}]}',
      RESTRICTED_STUDIES: '[{"studies":["1.2.3"]}]',
      ISSUERS: '{"A":"urn:oid:1.2.3"}',
      CAPABILITY_KEYS: `${'a'.repeat(32)},${'b'.repeat(32)}`,
      CORS_ORIGINS: 'https://a.test,https://b.test',
      ADMIN_TOKEN: 'c'.repeat(32),
      ALLOW_INSECURE: 'true',
    });
    const message: unknown = JSON.parse(JSON.stringify(full));
    expect(checkSettings({ ...(message as object) })).toEqual(full);
  });
});

describe('limits of a caller over several processes', () => {
  const two = (searchesPerMinute: number, streams: number) => {
    const told: Counted[] = [];
    const settings = { searchesPerMinute, streams, now: () => 0 };
    const other = createCallerLimits({ ...settings, onCounted: (counted) => told.push(counted) });
    const here = createCallerLimits(settings);
    const hear = () => {
      for (const counted of told.splice(0)) here.countElsewhere(counted, 2);
    };
    return { here, other, hear };
  };

  test('searches elsewhere count here', () => {
    const { here, other, hear } = two(3, 0);
    other.search('caller');
    other.search('caller');
    hear();
    here.search('caller');
    expect(() => here.search('caller')).toThrow('3 searches a minute');
    expect(() => here.search('somebody else')).not.toThrow();
  });

  test('streams elsewhere count here until they end, or their process does', () => {
    const { here, other, hear } = two(0, 2);
    const [end] = [other.openStream('caller'), other.openStream('caller')];
    hear();
    expect(() => here.openStream('caller')).toThrow('2 retrievals at once');
    end();
    hear();
    here.openStream('caller')();
    expect(other.openHere()).toEqual([{ caller: 'caller', streams: 1 }]);
    here.openStream('caller');
    expect(() => here.openStream('caller')).toThrow('2 retrievals at once');
    here.forgetElsewhere(2);
    expect(() => here.openStream('caller')).not.toThrow();
  });
});

describe('every setting that SIGHUP brings in', () => {
  test('is read by a part that reads it at each use', () => {
    const files = [
      'serving.ts',
      'gateway/fhir.ts',
      'gateway.ts',
      'gateway/limits.ts',
      'auth/fromSettings.ts',
    ];
    const text = files
      .map((file) => readFileSync(path.join(__dirname, '../../src', file), 'utf8'))
      .join('\n');
    for (const [key, { reload }] of Object.entries<SettingRow>(SETTINGS)) {
      if (!reload) continue;
      const name = key.replaceAll('.', '\\.');
      // Those two are read in the closure that a search calls.
      const inCall = ['search.refuseBroad', 'search.explain'].includes(key);
      const late = new RegExp(
        `get \\w+\\(\\) \\{\\s*return settings\\['${name}'\\]|\\w+: '${name}',?|` +
          `\\(\\) => settings(\\['${name}'\\]|\\.${name}\\b)|logger\\.level = settings\\['${name}'\\]`,
      );
      expect([key, inCall || late.test(text)]).toEqual([key, true]);
    }
  });
});
