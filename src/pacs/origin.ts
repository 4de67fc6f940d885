import { randomBytes } from 'node:crypto';
import type { Call } from '../study/source';

/** Bytes of a span id. */
const SPAN_BYTES = 8;

/**
 * Headers that tell the archive what a call is part of: X-Request-Id, and the trace with this call as its own span
 * (W3C Trace Context 3.2 and 3.3). Without the new span id the archive's spans would hang on the client's, past the
 * gateway. What the gateway asks for itself is part of no request.
 */
export function originHeaders({ origin }: Call): Record<string, string> {
  if (origin === undefined) return {};
  const { id, flags, state } = origin.trace;
  return {
    'X-Request-Id': origin.requestId,
    traceparent: `00-${id}-${newSpanId()}-${flags}`,
    ...(state !== undefined && { tracestate: state }),
  };
}

/** parent-id: sixteen hexadecimal digits, not all of them zero (W3C Trace Context 3.2.2.4). */
function newSpanId(): string {
  const id = randomBytes(SPAN_BYTES).toString('hex');
  return /^0+$/.test(id) ? newSpanId() : id;
}
