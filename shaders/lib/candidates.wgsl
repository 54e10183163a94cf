// Candidates of an output row for the next token: its logits, or those that an earlier stage kept. A candidate is
// (token, bits of its logit).

// Candidates of a row.
override N_CANDIDATES: u32 = 1u;
// Most candidates of one workgroup.
override STRETCH: u32 = 1u;

#if SOURCE == logits
@group(0) @binding(1) var<storage, read> source: array<f32>;
fn candidate(output: u32, index: u32) -> vec2<u32> {
  return vec2<u32>(index, bitcast<u32>(source[output * N_CANDIDATES + index]));
}
#else
@group(0) @binding(1) var<storage, read> source: array<vec2<u32>>;
fn candidate(output: u32, index: u32) -> vec2<u32> { return source[output * N_CANDIDATES + index]; }
#endif
