/*
 * Digits that any FHIR id may have and that say most in the fewest characters: letters of both cases and
 * numerals (datatypes.html, "id": 64 characters of A-Z, a-z, 0-9, `-` and `.`).
 */

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(DIGITS.length);

/** Bytes in base 62; a leading byte 1 keeps zeros at their front. */
export function toBase62(bytes: Buffer): string {
  let rest = BigInt(`0x01${bytes.toString('hex')}`);
  let text = '';
  while (rest > 0n) {
    text = DIGITS.charAt(Number(rest % BASE)) + text;
    rest /= BASE;
  }
  return text;
}

/** The bytes of a text that {@link toBase62} wrote, or undefined for any other. */
export function fromBase62(text: string): Buffer | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  let value = 0n;
  for (const digit of text) {
    const place = DIGITS.indexOf(digit);
    if (place === -1) return undefined;
    value = value * BASE + BigInt(place);
  }
  const hex = value.toString(16);
  if (!hex.startsWith('1') || hex.length % 2 === 0) return undefined;
  const bytes = Buffer.from(hex.slice(1), 'hex');
  return toBase62(bytes) === text ? bytes : undefined;
}

/** Far more than any id here has; what is longer is not worth the arithmetic. */
const MAX_LENGTH = 256;
