// read: reads src and stores next to nothing. Measures the bandwidth of products, which read far more than they write.
//
// One workgroup: 4 * WORKGROUP_SIZE neighbouring vec4s, as in copy.wgsl. An invocation stores its four, combined by xor, if they
// happen to be one pattern: a compiler can remove no load, and random bits have it once in 2^32.
@group(0) @binding(0) var<storage, read> src: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> dst: array<u32>;

override WORKGROUP_SIZE: u32 = 64u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let first = group.x * 4u * WORKGROUP_SIZE + local;
#for j 0..4
  let value{j} = src[first + {j}u * WORKGROUP_SIZE];
#endfor
  let all = value0 ^ value1 ^ value2 ^ value3;
  let folded = all.x ^ all.y ^ all.z ^ all.w;
  if (folded == 0x9e3779b9u) { dst[0] = folded; }
}
