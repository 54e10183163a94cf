// mul_mat of many rows: the mapping of GPUs for prompts. dst[row, n] = sum over k of weight[n, k] * src[row, k].
//
// A workgroup of 256 invocations computes 64 weight rows (with swiglu 32 of gate and 32 of up) for M rows of src. It unpacks a
// block of each weight row once, into workgroup memory, for all M rows. Each invocation computes four neighbouring weight rows for
// PER rows of src. Tiles of batch rows come first, so that workgroups that read the same weights run side by side.
// Numerics: those of mul_mat.wgsl, bit by bit. Quants are staged without their block's scale, which multiplies the sum of the
// block; blocks come in the order of the classes (CLASSES in lib/sums.wgsl).
// NORMED, EPILOGUE, GROUPS and the options of an epilogue are those of mul_mat.wgsl.
#define M 32
#define PER 2
#define WEIGHT F32
#include "lib/step.wgsl"
#include "lib/weight.wgsl"
#include "lib/sums.wgsl"
override WORKGROUP_SIZE: u32 = 256u;
#include "lib/product.wgsl"

// A block of each row as eight vec4s in the order of the sum, low 0, high 0, low 1, ..., then a ninth, which keeps rows off each
// other's banks; for weights it holds the block's scale.
var<workgroup> weights: array<vec4<f32>, 576>;
var<workgroup> inputs: array<vec4<f32>, {M*9}>;

// Neighbouring weight rows of a tile, and columns of invocations that compute them; with swiglu the other columns compute up.
#if EPILOGUE == swiglu
const RUN = 32u;
#else
const RUN = 64u;
#endif
const GATES = RUN / 4u;

// First block of the weight row in a slot of the tile: slot 16 r + a has row r of the four of the invocations in column a. Rows
// beyond the last repeat it.
fn first_of_slot(n0: u32, slot: u32) -> u32 {
  let column = slot % 16u;
  let row = min(n0 + column % GATES * 4u + slot / 16u, N - 1u);
  return first_of_row(select(row, start_of_group(1u, N) + row, column >= GATES));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) n_groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = group.y * n_groups.x + group.x;
  let row0 = index % n_groups.y * {M}u;
  if (row0 >= n_products()) { return; }
#if GROUPS
  // Tiles of a group of weight rows multiply the same part of a row of src.
  let tiles = (GROUP_ROWS + 63u) / 64u;
  let tile = index / n_groups.y;
  let n0 = tile / tiles * GROUP_ROWS + tile % tiles * 64u;
  let end = min(N, (tile / tiles + 1u) * GROUP_ROWS);
#else
  let n0 = index / n_groups.y * RUN;
#endif
  // Invocations that run together have 8 by 4 places: so they read the fewest distinct words.
  let column = local % 8u + local / 32u % 2u * 8u;
  let down = local / 8u % 4u + local / 64u * 4u;

  // An invocation stages two vec4s of a weight row, and one of a row of src.
  let pair = local / 64u;
  let staged = first_of_slot(n0, local % 64u);
  let low_place = local % 64u * 9u + 2u * pair;
  let high_place = local % 64u * 9u + 2u * pair + 1u;
  let i_input = local % 8u;
  let row_input = local / 8u;
  let place_input = row_input * 9u + i_input % 4u * 2u + i_input / 4u;
  let from_input = src_of(row0 + row_input, n0) + i_input;
#for r 0..4
#for m 0..PER
  var sum{r}_{m} = 0.0;
#endfor
#endfor

  let n_classes = min(CLASSES, BLOCKS);
  for (var class_index = 0u; class_index < n_classes; class_index++) {
#for r 0..4
#for m 0..PER
    var class{r}_{m} = 0.0;
#endfor
#endfor
    let n_blocks = n_in_class(BLOCKS, class_index);
    for (var step_in_class = 0u; step_in_class < n_blocks; step_in_class++) {
      let block = class_index + step_in_class * CLASSES;
      let weight = load_block(staged + block * BLOCK_STRIDE);
      let input = src[from_input + block * 8u];
      // Wait until the block before has been multiplied.
      workgroupBarrier();
      weights[low_place] = low_quad(weight, pair);
      weights[high_place] = high_quad(weight, pair);
      if (pair == 0u) { weights[low_place + 8u] = vec4<f32>(scale_of_block(weight)); }
      inputs[place_input] = input;
      workgroupBarrier();
#for r 0..4
#for m 0..PER
      var part{r}_{m} = 0.0;
#endfor
#endfor
      for (var i = 0u; i < 8u; i++) {
#for m 0..PER
        let input{m} = inputs[down * 9u + i + {m*144}u];
#endfor
#for r 0..4
        let weight{r} = weights[column * 9u + i + {r*144}u];
#for m 0..PER
        part{r}_{m} = add_dot(weight{r}, input{m}, part{r}_{m});
#endfor
#endfor
      }
#for r 0..4
      let scale{r} = weights[column * 9u + 8u + {r*144}u].x;
#for m 0..PER
      class{r}_{m} = fma(scale{r}, part{r}_{m}, class{r}_{m});
#endfor
#endfor
    }
#for r 0..4
#for m 0..PER
    sum{r}_{m} += class{r}_{m};
#endfor
#endfor
  }

  // Where the last block was, exchange sums of squares, of four classes of a row each, and the products of up.
  workgroupBarrier();
#if NORMED
  if (local < {M*4}u) {
    let from_row = src_of(row0 + local / 4u, n0);
    let class0 = local % 4u * 4u;
    inputs[local] = vec4<f32>(
      class_squares(from_row, class0),
      class_squares(from_row, class0 + 1u),
      class_squares(from_row, class0 + 2u),
      class_squares(from_row, class0 + 3u),
    );
  }
#endif
  if (column >= GATES) {
#for m 0..PER
    weights[({m*16}u + down) * GATES + column - GATES] = vec4<f32>(sum0_{m}, sum1_{m}, sum2_{m}, sum3_{m});
#endfor
  }
  workgroupBarrier();
  if (column >= GATES) { return; }
  let n = n0 + column * 4u;
#if GROUPS
  if (n >= end) { return; }
#endif
#for m 0..PER
  {
    let row = {m*16}u + down;
#if NORMED
    var squares = 0.0;
#for i 0..4
    let four{i} = inputs[row * 4u + {i}u];
    squares = squares + four{i}.x + four{i}.y + four{i}.z + four{i}.w;
#endfor
    let factor = norm_scale(squares);
#else
    let factor = 1.0;
#endif
    let sums = vec4<f32>(sum0_{m}, sum1_{m}, sum2_{m}, sum3_{m});
#if EPILOGUE == swiglu
    let ups = weights[row * GATES + column];
#else
    let ups = vec4<f32>(0.0);
#endif
    finish(row0 + row, n, factor, sums, ups);
  }
#endfor
}
