// Mapping of mul_mat_id to GPUs, for the sum over a row's experts, if few rows chose the same expert: a workgroup computes 8
// neighbouring weight rows (workgroup.x) of all experts of one row (workgroup.y). It has 8 row lanes times 16 class lanes. An
// expert is some steps of 16 blocks; the steps of all experts are done four at a time, so four weights of a lane are on their way
// at once. The rows of src go through workgroup memory. Class sums of every expert stay there until the end; then an invocation
// adds the classes of an expert and a weight row, and one for each four weight rows adds the experts in their order.
#define SPAN 4
const LANES_OF_STEP = 128u;
// Stride of an expert's class sums: invocations that read different experts read different banks.
const SUM_STRIDE = 136u;
#include "lib/expert_order.wgsl"
// 8 × 16.
override WORKGROUP_SIZE: u32 = 128u;
// Values of each step: [vec4 of a block][block], so that class lanes read neighbours.
var<workgroup> staged: array<vec4<f32>, 128 * {SPAN}>;
// [rank][class][row lane], and products [rank][row lane].
var<workgroup> sums: array<f32, {N_SUMS}>;
var<workgroup> products: array<f32, 128>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let row = group.y;
  if (row >= n_rows()) { return; }
  find_order(row, local);
  let class_index = local / 8u;
  let first_n = group.x * 8u;
  let n_steps = (BLOCKS + 15u) / 16u;
  let n_rounds = (N_USED * n_steps + {SPAN}u - 1u) / {SPAN}u;
  var class_sum = 0.0;
  for (var i = 0u; i < n_rounds; i++) {
    // Steps beyond the last repeat it.
#for s 0..SPAN
    let step{s} = min(i * {SPAN}u + {s}u, N_USED * n_steps - 1u);
    let choice{s} = row * N_USED + step{s} / n_steps;
    let block{s} = step{s} % n_steps * 16u + class_index;
    let first{s} = first_of_matrix(chosen[choice{s}].x, first_n + local % 8u);
    let weight{s} = load_block(first{s} + min(block{s}, BLOCKS - 1u) * BLOCK_STRIDE);
    let values{s} = src[src_of(choice{s}) + step{s} % n_steps * 128u + local];
#endfor
    workgroupBarrier();
#for s 0..SPAN
    staged[{s}u * LANES_OF_STEP + local % 8u * 16u + local / 8u] = values{s};
#endfor
    workgroupBarrier();
#for s 0..SPAN
    {
      let own = {s}u * LANES_OF_STEP + class_index;
      var part = 0.0;
      for (var q = 0u; q < 4u; q++) {
        part = add_dot(low_quad(weight{s}, q), staged[own + q * 16u], part);
        part = add_dot(high_quad(weight{s}, q), staged[own + 64u + q * 16u], part);
      }
      if (i * {SPAN}u + {s}u == step{s}) {
        if (step{s} % n_steps == 0u) { class_sum = 0.0; }
        if (block{s} < BLOCKS) { class_sum = fma(scale_of_block(weight{s}), part, class_sum); }
        sums[step{s} / n_steps * SUM_STRIDE + local] = class_sum;
      }
    }
#endfor
  }
  workgroupBarrier();
  if (local < N_USED * 8u) {
    var product = 0.0;
    for (var c = 0u; c < CLASSES; c++) { product += sums[local / 8u * SUM_STRIDE + c * 8u + local % 8u]; }
    products[local] = product;
  }
  workgroupBarrier();
  if (local >= 2u) { return; }
  let n = first_n + local * 4u;
  if (n >= N) { return; }
  var sum = vec4<f32>(0.0);
  for (var i = 0u; i < N_USED; i++) {
    let rank = ascending[i];
    let at = rank * 8u + local * 4u;
    let four = vec4<f32>(products[at], products[at + 1u], products[at + 2u], products[at + 3u]);
    sum = add_expert(row * N_USED + rank, n, four, sum);
  }
  finish_sum(row, n, sum);
}
