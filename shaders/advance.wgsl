// advance: turns the outputs of one step into the batch of the next, so that a draft continues without the CPU. Row i becomes the
// argmax of output i, one position later in the same slot, which has no other row. The slot's memory is where the step stored it
// (lib/state.wgsl). One workgroup; OUTPUTS lanes.
@group(0) @binding(0) var<storage, read_write> step: array<vec4<u32>>;
// [draft step, output] = token
@group(0) @binding(1) var<storage, read> chosen: array<u32>;

override WORKGROUP_SIZE: u32 = 64u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(local_invocation_index) lane: u32) {
  let header = step[0];
  let in_use = lane < header.y;
  var next = vec4<u32>(0u);
  if (in_use) {
    let row = step[1u + (step[1u + lane].w & 0xffffu)];
    next = vec4<u32>(chosen[header.z * header.y + lane], row.y + 1u, row.z, lane);
    let slot = row.z / 4u - 1u;
    step[slot].y = max(step[slot].y, step[slot].z);
  }
  storageBarrier();
  if (in_use) { step[1u + lane] = next; }
  if (lane == 0u) { step[0] = vec4<u32>(header.y, header.y, header.z + 1u, 0u); }
}
