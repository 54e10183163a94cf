// copy: dst = src. Measures the bandwidth of an adapter that computes nothing.
//
// One workgroup: 4 * WORKGROUP_SIZE neighbouring vec4s; an invocation loads all of its four before it stores one. The grid covers
// src, without a loop or a guard: accesses beyond the end stay inside the buffers.
@group(0) @binding(0) var<storage, read> src: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4<u32>>;

override WORKGROUP_SIZE: u32 = 64u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let first = group.x * 4u * WORKGROUP_SIZE + local;
#for j 0..4
  let value{j} = src[first + {j}u * WORKGROUP_SIZE];
#endfor
#for j 0..4
  dst[first + {j}u * WORKGROUP_SIZE] = value{j};
#endfor
}
