// plain_read: dst[i] = the words of src that invocation i reads, folded into one. For benchmarks: the cost of reading some bytes
// on an adapter when nothing is computed with them.
//
// Neighbouring invocations read neighbouring 16 bytes; one workgroup reads WORKGROUP_SIZE of every WORKGROUP_SIZE * GROUPS.
// Numerics: none, words are combined by xor.
@group(0) @binding(0) var<storage, read> src: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> dst: array<u32>;

override WORKGROUP_SIZE: u32 = 64u;
override GROUPS: u32 = 1u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  var folded = vec4<u32>(0u);
  for (var i = id.x; i < arrayLength(&src); i += WORKGROUP_SIZE * GROUPS) { folded ^= src[i]; }
  dst[id.x] = folded.x ^ folded.y ^ folded.z ^ folded.w;
}
