import { MAX_PAYLOAD_BYTES, type Payload } from '../../console/protocol.js';

/** A body as it can be shown: text where it is UTF-8, else base64; cut where it is long. */
export function payloadOf(content: string | Uint8Array, contentType?: string): Payload {
  const bytes =
    typeof content === 'string' ? Buffer.from(content) : Buffer.from(content.buffer, content.byteOffset, content.length);
  const truncated = bytes.length > MAX_PAYLOAD_BYTES;
  const shown = truncated ? bytes.subarray(0, MAX_PAYLOAD_BYTES) : bytes;
  const common = { ...(contentType !== undefined && { contentType }), sizeBytes: bytes.length, truncated };
  const text = utf8(shown, truncated);
  return text === undefined
    ? { ...common, text: shown.toString('base64'), encoding: 'base64' }
    : { ...common, text, encoding: 'utf8' };
}

/** Undefined where it is no UTF-8. A cut may be inside a character. */
function utf8(bytes: Buffer, cut: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: cut });
  } catch {
    return undefined;
  }
}
