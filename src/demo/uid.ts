import { createHash } from 'node:crypto';

const NAMESPACE = Buffer.from('6ba7b8129dad11d180b400c04fd430c8', 'hex');

/**
 * A UID that depends on `name` alone, so that every start of the demo shows the same archive: a
 * name-based UUID (RFC 9562 5.5) in the UUID-derived form `2.25.…` (PS3.5 B.2).
 */
export function uidFor(name: string): string {
  const hash = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return `2.25.${BigInt(`0x${hash.toString('hex')}`).toString()}`;
}
