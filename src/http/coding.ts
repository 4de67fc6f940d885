import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/*
 * Content codings (RFC 9110 8.4): a page of studies is text that repeats itself, a tenth of its size when compressed.
 */

/** The codings that an answer can be had in, the smallest first. */
const CODINGS = ['br', 'gzip', 'identity'] as const;
export type Coding = (typeof CODINGS)[number];

/** Bytes below which compressing saves no packet. */
const WORTHWHILE = 1024;
/** Beyond these levels an answer takes many times longer to make and gets a few percent smaller. */
const GZIP_LEVEL = 6;
const BROTLI_QUALITY = 5;

const zip = promisify(gzip);
const brotli = promisify(brotliCompress);

/** Bytes in every coding that was asked for so far. */
export interface Body {
  readonly identity: Buffer;
  /** The bytes in a coding, made once, in zlib's threads. */
  in(coding: Exclude<Coding, 'identity'>): Promise<Buffer>;
  /** Bytes that all of it takes in memory. */
  size(): number;
}

/** @param grown told when there is one more coding, and {@link Body.size} is another */
export function createBody(identity: Buffer, grown: () => void): Body {
  const made = new Map<Coding, Promise<Buffer>>();
  let size = identity.length;
  return {
    identity,
    in(coding) {
      const before = made.get(coding);
      if (before !== undefined) return before;
      const coded = compress(identity, coding);
      made.set(coding, coded);
      void coded.then(({ length }) => {
        size += length;
        grown();
      });
      return coded;
    },
    size: () => size,
  };
}

function compress(bytes: Buffer, coding: Exclude<Coding, 'identity'>): Promise<Buffer> {
  if (coding === 'gzip') return zip(bytes, { level: GZIP_LEVEL });
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return brotli(bytes, { params });
}

/**
 * The coding of an answer: the one the client likes best, of several the smallest. What names none of ours gets the
 * bytes as they are, also where it excludes even those: RFC 9110 12.5.3 leaves a server that choice, and a client
 * that can read nothing would not be helped by 406.
 *
 * @param accepted the Accept-Encoding header
 * @param length bytes as they are
 */
export function codingFor(accepted: string | undefined, length: number): Coding {
  if (accepted === undefined || length < WORTHWHILE) return 'identity';
  const weights = readWeights(accepted);
  const others = weights.get('*');
  const weightOf = (coding: Coding) => {
    const unnamed = coding === 'identity' ? (others === 0 ? 0 : LEAST) : (others ?? 0);
    return weights.get(coding) ?? unnamed;
  };
  const [best] = CODINGS.toSorted((one, other) => weightOf(other) - weightOf(one));
  return best !== undefined && weightOf(best) > 0 ? best : 'identity';
}

/** Identity that is not named is acceptable, but less than whatever is (RFC 9110 12.5.3). */
const LEAST = 0.0001;

/** Codings and their weights; a weight that cannot be read is none. */
function readWeights(accepted: string): ReadonlyMap<string, number> {
  return new Map(
    accepted.split(',').map((range): [string, number] => {
      const [coding = '', ...parameters] = range.split(';').map((part) => part.trim());
      const weight = parameters.find((each) => /^q=/i.test(each))?.slice(2) ?? '1';
      return [coding.toLowerCase(), /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? +weight : 0];
    }),
  );
}
