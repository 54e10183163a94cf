// Mapping of mul_mat_id to GPUs, for outputs of choices. A workgroup multiplies neighbouring weight rows of an expert (workgroup.x)
// by the rows of TILE choices of that expert: those of a group of sorted choices (workgroup.y, lib/sorted_choices.wgsl), or with
// TILE 1 choice workgroup.y of row workgroup.z. It has 16 row lanes, neighbours, times 16 class lanes. With gate_up half of the
// row lanes have rows of gate, the others the same rows of up. Rows of src go through workgroup memory: 16 SPAN blocks of each at
// a time, or if HALVES is 2, first the former and then the latter half of the quads of 16 blocks. SPAN weights of a lane are on
// their way at once.
#define TILE 1
#define SPAN 1
#define HALVES 1
// Low quads of a block that are staged at once, all values of such a stage in vec4s, and those that an invocation loads.
#define QUADS 4
#define STAGED 512
#define LOADS 2
#include "lib/sorted_choices.wgsl"
// 16 × 16.
override WORKGROUP_SIZE: u32 = 256u;
#if TILE != 1
#if BIAS
@group(0) @binding(7) var<storage, read> sorted: array<u32>;
#else
@group(0) @binding(6) var<storage, read> sorted: array<u32>;
#endif
#endif
#if STAGE == gate_up
const OWN_ROWS = 8u;
#else
const OWN_ROWS = 16u;
#endif
// Rows of src, see staged_at; at the end the class sums, [four choices][class][row lane].
var<workgroup> staged: array<vec4<f32>, {STAGED}>;
#if NORMED
var<workgroup> squares: array<f32, CLASSES * {TILE}>;
#endif
var<workgroup> factors: array<f32, 8>;

// Place of a vec4 of a staged block: number i of QUADS low ones, then of QUADS high ones. Those of neighbouring blocks, which
// class lanes read at the same time, are neighbours.
fn staged_at(m: u32, block: u32, i: u32) -> u32 { return (m * {QUADS}u * 2u + i) * 16u * {SPAN}u + block; }

// Choice number m of the workgroup; NO_CHOICE if there are fewer. `group` is that of sorted choices, or with TILE 1 the choice.
fn choice_of(group: u32, m: u32) -> u32 {
#if TILE == 1
  return select(NO_CHOICE, group, m == 0u);
#else
  return sorted[group * GROUP + m];
#endif
}

// Start in src of the row of choice number m; rows that only fill the tile repeat the first.
fn row_of(group: u32, m: u32) -> u32 {
  let choice = choice_of(group, m);
  return src_of(select(choice, choice_of(group, 0u), choice == NO_CHOICE));
}

// Sums of four choices for a row lane.
fn add_classes(four: u32, row_lane: u32) -> vec4<f32> {
  var sum = vec4<f32>(0.0);
  for (var c = 0u; c < CLASSES; c++) { sum += staged[(four * CLASSES + c) * 16u + row_lane]; }
  return sum;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
#if TILE == 1
  let group = workgroup.z * N_USED + workgroup.y;
  if (workgroup.z >= n_rows()) { return; }
#else
  let group = workgroup.y;
  if (choice_of(group, 0u) == NO_CHOICE) { return; }
  // Rows of the tile that are in use, rounded up to two.
  var n_used = 2u;
#for p 1..4
  n_used += select(0u, 2u, choice_of(group, {p*2}u) != NO_CHOICE);
#endfor
#endif
  let expert = chosen[choice_of(group, 0u)].x;
  let row_lane = local % 16u;
  let class_index = local / 16u;
  let first_n = workgroup.x * OWN_ROWS;
#if STAGE == gate_up
  let first = first_of_matrix(select(expert, N_EXPERTS + expert, row_lane >= OWN_ROWS), first_n + row_lane % OWN_ROWS);
#else
  let first = first_of_matrix(expert, first_n + row_lane);
#endif
#if NORMED
  if (local < CLASSES * {TILE}u) { squares[local] = class_squares(row_of(group, local / CLASSES), local % CLASSES); }
#endif
  // Vec4s that this invocation stages: their rows and blocks, where they come from in the row's first block, and where they go.
#for t 0..LOADS
  let vector{t} = local + {t}u * WORKGROUP_SIZE;
  let i{t} = vector{t} % ({QUADS}u * 2u);
  let block{t} = vector{t} / ({QUADS}u * 2u) % (16u * {SPAN}u);
  let m{t} = vector{t} / ({QUADS}u * 2u * 16u * {SPAN}u);
  let from{t} = row_of(group, m{t}) + block{t} * 8u + select(i{t}, i{t} + 4u - {QUADS}u, i{t} >= {QUADS}u);
  let to{t} = staged_at(m{t}, block{t}, i{t});
#endfor
#for m 0..TILE
  var class_{m} = 0.0;
#endfor
  let n_steps = (BLOCKS + 16u * {SPAN}u - 1u) / (16u * {SPAN}u);
  for (var i = 0u; i < n_steps; i++) {
    let block0 = i * 16u * {SPAN}u + class_index;
#for s 0..SPAN
    let weight{s} = load_block(first + min(block0 + {s}u * 16u, BLOCKS - 1u) * BLOCK_STRIDE);
#for m 0..TILE
    var part{s}_{m} = 0.0;
#endfor
#endfor
#for h 0..HALVES
    workgroupBarrier();
#for t 0..LOADS
    if (m{t} < {TILE}u) { staged[to{t}] = src[from{t} + i * 128u * {SPAN}u + {h}u * {QUADS}u]; }
#endfor
    workgroupBarrier();
#for s 0..SPAN
    {
      let block = {s}u * 16u + class_index;
      for (var q = 0u; q < {QUADS}u; q++) {
        let low = low_quad(weight{s}, {h}u * {QUADS}u + q);
        let high = high_quad(weight{s}, {h}u * {QUADS}u + q);
#include "lib/expert_lane_dots.wgsl"
      }
    }
#endfor
#endfor
#for s 0..SPAN
    if (block0 + {s}u * 16u < BLOCKS) {
#for m 0..TILE
      class_{m} = fma(scale_of_block(weight{s}), part{s}_{m}, class_{m});
#endfor
    }
#endfor
  }
  workgroupBarrier();
#if TILE == 1
  staged[local] = vec4<f32>(class_0, 0.0, 0.0, 0.0);
#else
  staged[local] = vec4<f32>(class_0, class_1, class_2, class_3);
  staged[256u + local] = vec4<f32>(class_4, class_5, class_6, class_7);
#endif
  if (local < {TILE}u) {
    var factor = share_of(choice_of(group, local));
#if NORMED
    var sum = 0.0;
    for (var c = 0u; c < CLASSES; c++) { sum += squares[local * CLASSES + c]; }
    factor = norm_scale(sum) * factor;
#endif
    factors[local] = factor;
  }
  workgroupBarrier();
  // An invocation for every weight row and four choices.
  let four = local / OWN_ROWS;
  let n = first_n + local % OWN_ROWS;
  if (four * 4u >= {TILE}u || n >= N) { return; }
  let sums = add_classes(four, local % OWN_ROWS);
#if STAGE == gate_up
  let up_sums = add_classes(four, OWN_ROWS + local % OWN_ROWS);
#else
  let up_sums = vec4<f32>(0.0);
#endif
  let own_factors = vec4<f32>(factors[four * 4u], factors[four * 4u + 1u], factors[four * 4u + 2u], factors[four * 4u + 3u]);
  let values = finished(
    sums, up_sums, own_factors, vec4<f32>(bias_of(expert, n)), vec4<f32>(bias_of(N_EXPERTS + expert, n)),
  );
  for (var j = 0u; j < 4u; j++) {
    let choice = choice_of(group, four * 4u + j);
    if (choice != NO_CHOICE) { put(choice, n, values[j]); }
  }
}
