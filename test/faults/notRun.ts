/** Faults of the list that this suite does not bring about, and why. */
export const NOT_RUN: readonly (readonly [id: string, fault: string, reason: string])[] = [
  ['F33', 'one of several archives down', 'there is one archive'],
  ['F34', 'all of several archives down', 'there is one archive'],
  [
    'F41',
    'answers and requests with bytes changed by chance',
    '`test/faults/fuzz.test.ts`, beside this suite: no crash, no hang, always a valid outcome or bundle',
  ],
  [
    'F42',
    'soak',
    '`npm run soak -- --minutes 60 --rate 20 --faults 0.01`, with a verdict of its own',
  ],
];
