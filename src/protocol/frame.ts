/** Length prefix of the JSON, little-endian. */
const LENGTH_BYTES = 4;

/** Encodes a message as JSON, followed by its bytes, in one binary message of a WebSocket. */
export function encodeFrame(message: object, bytes: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(message));
  const frame = new Uint8Array(LENGTH_BYTES + json.length + bytes.length);
  new DataView(frame.buffer).setUint32(0, json.length, true);
  frame.set(json, LENGTH_BYTES);
  frame.set(bytes, LENGTH_BYTES + json.length);
  return frame;
}

/**
 * Decodes a frame of `encodeFrame`; the bytes are a view of `frame`. The caller vouches for the type `Message`. Throws a
 * `SyntaxError` for anything that is not a frame.
 */
export function decodeFrame<Message>(frame: Uint8Array<ArrayBuffer>): {
  message: Message;
  bytes: Uint8Array<ArrayBuffer>;
} {
  const start = LENGTH_BYTES;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const end = frame.length < start ? Number.POSITIVE_INFINITY : start + view.getUint32(0, true);
  if (end > frame.length) throw new SyntaxError(`a frame of ${frame.length} bytes ends before its message`);
  const message: Message = JSON.parse(new TextDecoder().decode(frame.subarray(start, end)));
  return { message, bytes: frame.subarray(end) };
}
