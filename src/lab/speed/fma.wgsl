// fma: dst[i] = a value that depends on many multiply-adds in invocation i. Measures the arithmetic of an adapter that reads
// nothing.
//
// One workgroup: WORKGROUP_SIZE invocations, each with eight independent chains of vec4, ROUNDS long. Numerics: f32; the factor
// below one keeps the chains finite.
@group(0) @binding(0) var<storage, read> src: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> dst: array<f32>;

override WORKGROUP_SIZE: u32 = 64u;
override ROUNDS: u32 = 1u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let factor = src[0];
  let term = src[1];
#for c 0..8
  var chain{c} = vec4<f32>(f32(id.x + {c}u));
#endfor
  for (var round = 0u; round < ROUNDS; round++) {
#for c 0..8
    chain{c} = fma(chain{c}, factor, term);
#endfor
  }
  var sum = vec4<f32>(0.0);
#for c 0..8
  sum += chain{c};
#endfor
  dst[id.x] = (sum.x + sum.y) + (sum.z + sum.w);
}
