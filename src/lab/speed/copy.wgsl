// copy: dst = src, 16 bytes at a time. Measures the bandwidth of an adapter that computes nothing.
//
// One workgroup: WORKGROUP_SIZE neighbouring vec4s of every WORKGROUP_SIZE * GROUPS.
@group(0) @binding(0) var<storage, read> src: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4<u32>>;

override WORKGROUP_SIZE: u32 = 64u;
override GROUPS: u32 = 1u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  for (var i = id.x; i < arrayLength(&src); i += WORKGROUP_SIZE * GROUPS) { dst[i] = src[i]; }
}
