import dns from 'node:dns';
import { ofUrl, startFullBacklog } from './processes';
import { search, type Row, type Stand } from './rows';
import { startGateway } from '../gateway/running';

/* Faults of the archive's name: what the resolver says is changed, the connections are real ones. */

type Found = readonly { readonly address: string; readonly family: 4 | 6 }[];
/** Node asks for all addresses at once, so that it can try another one when the first is dead. */
type Told = (error: Error | null, addresses: Found) => void;

const NAME = 'archive.test';
const cached = 'not asked' as const;
const LOOPBACK: Found = [{ address: '127.0.0.1', family: 4 }];

/** Runs with a resolver that knows the archive's name, or fails with a code. */
async function withResolver<T>(answer: () => Found | string, run: () => Promise<T>): Promise<T> {
  const real = dns.lookup;
  const lookup = (name: string, ...rest: readonly unknown[]) => {
    if (name !== NAME) return void Reflect.apply(real, dns, [name, ...rest]);
    const found = answer();
    const told = rest.at(-1) as Told;
    setImmediate(() =>
      typeof found === 'string'
        ? told(Object.assign(new Error(name), { code: found }), [])
        : told(null, found),
    );
  };
  Object.assign(dns, { lookup });
  try {
    return await run();
  } finally {
    Object.assign(dns, { lookup: real });
  }
}

const urlOf = ({ archive }: Stand) => archive.url.replace('127.0.0.1', NAME);

export const NAMES: readonly Row[] = [
  {
    id: 'F32a',
    fault: 'a host name that does not resolve',
    answer: '503 pacs-unreachable',
    withinMs: 6000,
    cached,
    run: (stand) => ofUrl(stand, 'http://archive.invalid/dicom-web'),
  },
  {
    id: 'F32b',
    fault: 'a resolver that fails now and then (EAI_AGAIN)',
    answer: '200, 1 of 1',
    withinMs: 2000,
    cached,
    run(stand) {
      let asked = 0;
      const flapping = () => ((asked += 1) % 2 === 1 ? 'EAI_AGAIN' : LOOPBACK);
      return withResolver(flapping, () => ofUrl(stand, urlOf(stand)));
    },
  },
  {
    id: 'F32c',
    fault: 'a name that is gone (ENOTFOUND), and is there again',
    answer: '503 pacs-unreachable, then at once 200, 1 of 1',
    withinMs: 3000,
    cached,
    async run(stand) {
      let found: Found | string = 'ENOTFOUND';
      return withResolver(
        () => found,
        async () => {
          const gateway = await startGateway(urlOf(stand), { PACS_DIALECT: 'generic' });
          const before = await search({ ...stand, gateway });
          found = LOOPBACK;
          const after = await search({ ...stand, gateway });
          await gateway.close();
          return `${before}, then at once ${after}`;
        },
      );
    },
  },
  {
    id: 'F32d',
    fault: 'an IPv6 address that takes no connections, beside an IPv4 address that does',
    answer: '200, 1 of 1',
    withinMs: 2500,
    cached,
    async run(stand) {
      const hole = await startFullBacklog('::1', stand.archive.port);
      const both = [{ address: '::1', family: 6 } as const, ...LOOPBACK];
      try {
        return await withResolver(
          () => both,
          () => ofUrl(stand, urlOf(stand)),
        );
      } finally {
        hole.close();
      }
    },
  },
];
