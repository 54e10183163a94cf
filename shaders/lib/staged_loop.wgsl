// Computes the totals of weight rows n.. with rows row0.. of src, see lib/staged_products.wgsl.
let row_lane = local % {ROW_LANES}u;
let class_lane = local / {ROW_LANES}u;
#for r 0..ROWS
let first{r} = first_of_row(start_of_group({r}u / {R}u, N) + min(n + {r}u % {R}u * {ROW_LANES}u + row_lane, N - 1u));
#for m 0..M
var class{r}_{m} = 0.0;
#endfor
#endfor
#if NORMED
if (local < {M}u * {LANES}u) { squares[local] = class_squares(src_of(row0 + local / {LANES}u, 0u), local % {LANES}u); }
#endif
// Vec4s that this invocation stages: their blocks within a stage, where they come from in the row's first block, and where they go.
#for s 0..STEPS
let vector{s} = {s}u * WORKGROUP_SIZE + local;
let i{s} = vector{s} % ({QUADS}u * 2u);
let block{s} = vector{s} / ({QUADS}u * 2u) % {STAGE}u;
let m{s} = vector{s} / ({QUADS}u * 2u * {STAGE}u);
let from{s} = src_of(row0 + m{s}, 0u) + select(i{s}, i{s} + 4u - {QUADS}u, i{s} >= {QUADS}u);
let to{s} = staged_at(m{s}, block{s}, i{s});
#endfor
let n_stages = (BLOCKS + {STAGE}u - 1u) / {STAGE}u;
for (var stage = 0u; stage < n_stages; stage++) {
#if QUADS == 4
#define slice 0
#include "lib/stage_blocks.wgsl"
#endif
  for (var in_class = 0u; in_class < {STAGE}u / {LANES}u; in_class++) {
    let in_stage = in_class * {LANES}u + class_lane;
    // What is staged beyond the end of a row is zero, so any block of the row will do there.
#if TAIL
    let at_block = min(stage * {STAGE}u + in_stage, BLOCKS - 1u) * BLOCK_STRIDE;
#else
    let at_block = (stage * {STAGE}u + in_stage) * BLOCK_STRIDE;
#endif
#for r 0..ROWS
    let weight{r} = load_block(first{r} + at_block);
#for m 0..M
    var part{r}_{m} = 0.0;
#endfor
#endfor
#for slice 0..SLICES
#if QUADS != 4
#include "lib/stage_blocks.wgsl"
#endif
    for (var i = 0u; i < {QUADS}u; i++) {
#for r 0..ROWS
      let low{r} = low_quad(weight{r}, {slice}u * {QUADS}u + i);
      let high{r} = high_quad(weight{r}, {slice}u * {QUADS}u + i);
#endfor
#for m 0..M
      {
        let low = shared_vectors[staged_at({m}u, in_stage, i)];
        let high = shared_vectors[staged_at({m}u, in_stage, {QUADS}u + i)];
#for r 0..ROWS
        part{r}_{m} = add_dot(high{r}, high, add_dot(low{r}, low, part{r}_{m}));
#endfor
      }
#endfor
    }
#endfor
#for r 0..ROWS
#for m 0..M
    class{r}_{m} = fma(scale_of_block(weight{r}), part{r}_{m}, class{r}_{m});
#endfor
#endfor
  }
}
#for pass 0..PASSES
workgroupBarrier();
#include "lib/staged_classes.wgsl"
#endfor
workgroupBarrier();
