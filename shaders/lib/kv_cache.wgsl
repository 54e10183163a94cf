// K or V cache of one layer: [page][position in the page][KV head][HEAD_DIM], f32 or pairs of f16 in a u32 (CACHE). Addressed by
// quads: four consecutive values, whatever the type. Position p of a slot lies on page number p / PAGE of its page table.
const PAGE = 64u;
#if CACHE == f16
alias Quad = vec2<u32>;
// Beyond the largest f16 the result of pack2x16float is undefined, and a NaN in the cache would spread.
fn pack_quad(value: vec4<f32>) -> Quad {
  let v = clamp(value, vec4<f32>(-65504.0), vec4<f32>(65504.0));
  return vec2<u32>(pack2x16float(v.xy), pack2x16float(v.zw));
}
fn unpack_quad(q: Quad) -> vec4<f32> { return vec4<f32>(unpack2x16float(q.x), unpack2x16float(q.y)); }
#else
alias Quad = vec4<f32>;
fn pack_quad(v: vec4<f32>) -> Quad { return v; }
fn unpack_quad(q: Quad) -> vec4<f32> { return q; }
#endif
