/** A part of a multipart body as a test sees it. */
export interface TestPart {
  readonly head: string;
  readonly body: Buffer;
}

/** Splits a multipart body that is in memory; by other means than the gateway does. */
export function partsOf(contentType: string | null, body: Buffer): TestPart[] {
  const boundary = /boundary="?([^";]+)/.exec(contentType ?? '')?.[1];
  if (boundary === undefined) throw new Error(`no boundary in ${contentType ?? 'nothing'}`);
  const pieces: Buffer[] = [];
  const delimiter = Buffer.from(`--${boundary}`);
  let from = body.indexOf(delimiter);
  for (let next = from; next >= 0;) {
    next = body.indexOf(delimiter, from + delimiter.length);
    if (next >= 0) pieces.push(body.subarray(from + delimiter.length + 2, next - 2));
    from = next;
  }
  return pieces.map((piece) => {
    const end = piece.indexOf('\r\n\r\n');
    return { head: piece.subarray(0, end).toString(), body: piece.subarray(end + 4) };
  });
}

/** The bodies of parts, in no order. */
export function bodiesOf(contentType: string | null, body: Buffer): string[] {
  return partsOf(contentType, body)
    .map((part) => part.body.toString('base64'))
    .sort();
}
