// fill_draft: writes the tokens of a draft into the batch that verifies it, without a round trip to the CPU. A row whose token
// has the highest bit set gets the element of `chosen` that the other bits index. One workgroup does the whole batch. A token
// that the target lacks becomes its last one, because a batch may hold no other.
@group(0) @binding(0) var<storage, read_write> step: array<vec4<u32>>;
// The draft model's [draft step, output] = token
@group(0) @binding(1) var<storage, read> chosen: array<u32>;

override WORKGROUP_SIZE: u32 = 16u;
override N_VOCAB: u32 = 1u;

const DRAFTED = 0x80000000u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(local_invocation_index) lane: u32) {
  for (var row = lane; row < step[0].x; row += WORKGROUP_SIZE) {
    let token = step[1u + row].x;
    if (token >= DRAFTED) { step[1u + row].x = min(chosen[token - DRAFTED], N_VOCAB - 1u); }
  }
}
