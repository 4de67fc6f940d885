/** Faults of the list that this suite does not bring about, and why. */
export const NOT_RUN: readonly (readonly [id: string, fault: string, reason: string])[] = [
  ['F33', 'one of several archives down', 'there is one archive'],
  ['F34', 'all of several archives down', 'there is one archive'],
  [
    'F32',
    'DNS that flaps; a dead IPv6 address',
    'loopback has no such network; a name that does not resolve is run',
  ],
  ['F37', 'event loop blocked for 2 s', 'health has no port of its own'],
  ['F40', 'Redis down', 'in test/redis and test/cache'],
  ['F42', 'soak', '`npm run soak -- --minutes 60 --rate 20 --faults 0.01`'],
];
