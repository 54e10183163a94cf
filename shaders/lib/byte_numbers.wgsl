// Converts the bits of each of a word's four bytes that `mask` selects to numbers. All steps are exact, so UNPACK, which says how,
// changes no bit:
//   convert  converts the bytes in place: byte n is its number times 2^8n, which BYTE_UNITS undoes. Callers that scale the numbers
//            anyway multiply the scale by the units, once per block. Conversion is from i32, see lib/bit_fields.wgsl, so a mask
//            must be below 128. Software adapters convert all four at once, and shift vectors one lane at a time.
//   bytes    converts the bytes: some GPUs read a byte of a register without a step of its own.
//   floats   sets each byte into the mantissa of 2^23, and subtracts that. Many GPUs convert at a quarter of their rate or less.
//   halves   sets two bytes into the mantissas of two halves of 1024: fewer steps where reading a half as a float is free.
#define UNPACK convert
#if UNPACK == convert
const BYTE_UNITS = vec4<f32>(0x1p0, 0x1p-8, 0x1p-16, 0x1p-24);
fn byte_numbers(word: u32, mask: u32) -> vec4<f32> {
  return vec4<f32>(bitcast<vec4<i32>>(vec4<u32>(word) & (mask * vec4<u32>(0x1u, 0x100u, 0x10000u, 0x1000000u))));
}
#else
const BYTE_UNITS = vec4<f32>(1.0);
#endif
#if UNPACK == bytes
fn byte_numbers(word: u32, mask: u32) -> vec4<f32> {
  let bytes = word & (mask * 0x01010101u);
  return vec4<f32>((vec4<u32>(bytes) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(0xffu));
}
// The numbers plus a whole number.
fn byte_values(word: u32, mask: u32, offset: f32) -> vec4<f32> { return byte_numbers(word, mask) + offset; }
#endif
#if UNPACK == floats
fn byte_values(word: u32, mask: u32, offset: f32) -> vec4<f32> {
  const units = vec4<f32>(0x1p0, 0x1p-8, 0x1p0, 0x1p-8);
  let bits = vec4<u32>(word, word, word >> 16u, word >> 16u) & (mask * vec4<u32>(0x1u, 0x100u, 0x1u, 0x100u));
  return fma(bitcast<vec4<f32>>(bits | vec4<u32>(0x4b000000u)), units, offset - 0x1p23 * units);
}
fn byte_numbers(word: u32, mask: u32) -> vec4<f32> { return byte_values(word, mask, 0.0); }
#endif
#if UNPACK == halves
fn byte_values(word: u32, mask: u32, offset: f32) -> vec4<f32> {
  let even = unpack2x16float((word & (mask * 0x10001u)) | 0x64006400u);
  let odd = unpack2x16float(((word >> 8u) & (mask * 0x10001u)) | 0x64006400u);
  return vec4<f32>(even.x, odd.x, even.y, odd.y) + (offset - 1024.0);
}
fn byte_numbers(word: u32, mask: u32) -> vec4<f32> { return byte_values(word, mask, 0.0); }
#endif
