/** Bytes in front of the JSON: its length, little-endian. */
const LENGTH_BYTES = 4;

/** A message in JSON with the bytes that belong to it, as one binary message of a WebSocket. */
export function encodeFrame(message: object, bytes: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(message));
  const frame = new Uint8Array(LENGTH_BYTES + json.length + bytes.length);
  new DataView(frame.buffer).setUint32(0, json.length, true);
  frame.set(json, LENGTH_BYTES);
  frame.set(bytes, LENGTH_BYTES + json.length);
  return frame;
}

/**
 * What `encodeFrame` was given; the bytes are a view of `frame`. `Message` is what the other side is known to send.
 * Throws a `SyntaxError` for anything else than a frame.
 */
export function decodeFrame<Message>(frame: Uint8Array): { message: Message; bytes: Uint8Array } {
  const start = LENGTH_BYTES;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const end = frame.length < start ? Number.POSITIVE_INFINITY : start + view.getUint32(0, true);
  if (end > frame.length) throw new SyntaxError(`a frame of ${frame.length} bytes ends before its message`);
  const message: Message = JSON.parse(new TextDecoder().decode(frame.subarray(start, end)));
  return { message, bytes: frame.subarray(end) };
}
