/** What the archive answers: status, header and body; a body in parts is made while it is sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | Iterable<Buffer>;
}

/** A request the archive refuses: the status, and words for whoever reads the answer. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: 400 | 404 | 405 | 406, message: string) {
    super(message);
    this.status = status;
  }
}

/** One part of a multipart answer (RFC 2046 5.1), its bytes made when they are needed. */
export interface Part {
  readonly type: string;
  readonly location: string;
  readonly bytes: () => Buffer;
}

const BOUNDARY = 'demo-archive-part-7d1c40b2';

/** An answer of one body. */
export function single(
  type: string,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status: 200, headers: { 'Content-Type': type, ...headers }, body };
}

/** An answer in the DICOM JSON Model (PS3.18 8.7.3.2). */
export function dicomJson(
  type: string,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return single(type, Buffer.from(JSON.stringify(value)), headers);
}

/** A refusal as an answer. */
export function refused(status: number, message: string): Answer {
  const body = Buffer.from(JSON.stringify({ error: message }));
  return { status, headers: { 'Content-Type': 'application/json' }, body };
}

/** An answer of several parts, each made only when the one before has been sent (PS3.18 8.6.1.2.1). */
export function multipart(type: string, parts: readonly Part[]): Answer {
  const contentType = `multipart/related; type="${type}"; boundary=${BOUNDARY}`;
  return { status: 200, headers: { 'Content-Type': contentType }, body: partBytes(parts) };
}

function* partBytes(parts: readonly Part[]): Generator<Buffer> {
  for (const part of parts) {
    const bytes = part.bytes();
    const head = [
      `--${BOUNDARY}`,
      `Content-Type: ${part.type}`,
      `Content-Length: ${bytes.length}`,
      `Content-Location: ${part.location}`,
    ];
    yield Buffer.from(`${head.join('\r\n')}\r\n\r\n`);
    yield bytes;
    yield Buffer.from('\r\n');
  }
  yield Buffer.from(`--${BOUNDARY}--\r\n`);
}
