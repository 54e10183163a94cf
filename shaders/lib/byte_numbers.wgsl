// Converts the bits of each of a word's four bytes that `mask` selects to numbers in place: byte n is its number times 2^8n,
// which BYTE_UNITS undoes. Callers that scale the numbers anyway multiply the scale by the units, once per block; powers of two
// change no bit. Conversion is from i32, see lib/bit_fields.wgsl, so a mask must be below 128.
const BYTE_UNITS = vec4<f32>(0x1p0, 0x1p-8, 0x1p-16, 0x1p-24);
fn byte_numbers(word: u32, mask: u32) -> vec4<f32> {
  return vec4<f32>(bitcast<vec4<i32>>(vec4<u32>(word) & (mask * vec4<u32>(0x1u, 0x100u, 0x10000u, 0x1000000u))));
}
