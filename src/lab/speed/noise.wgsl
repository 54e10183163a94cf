// noise: dst = bits that look random. Memory of equal words would be compressed by some GPUs, and cost them less power.
//
// One workgroup: 4 * WORKGROUP_SIZE neighbouring vec4s, as in copy.wgsl. Numerics: none, PCG hashes of the words' indices.
@group(0) @binding(0) var<storage, read_write> dst: array<vec4<u32>>;

override WORKGROUP_SIZE: u32 = 64u;

fn hashed(index: u32) -> u32 {
  let state = index * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let first = group.x * 4u * WORKGROUP_SIZE + local;
#for j 0..4
  let at{j} = first + {j}u * WORKGROUP_SIZE;
  dst[at{j}] = vec4<u32>(
    hashed(4u * at{j}),
    hashed(4u * at{j} + 1u),
    hashed(4u * at{j} + 2u),
    hashed(4u * at{j} + 3u),
  );
#endfor
}
