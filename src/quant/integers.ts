/** Converts 64-bit integers, little-endian, to f32: exact up to 2^24, which all counts of tokens are. */
export function int64Values(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
}
