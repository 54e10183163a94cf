// Stages the next blocks of the M rows of src, the vec4s that low quads from {slice} * QUADS on and the same high quads multiply;
// zeros instead of blocks that a row does not have.
workgroupBarrier();
#for s 0..STEPS
#if PARTLY
if (m{s} < {M}u) {
#else
{
#endif
  let block = stage * {STAGE}u + block{s};
#if TAIL
  let values = src[from{s} + min(block, BLOCKS - 1u) * 8u + {slice}u * {QUADS}u];
  shared_vectors[to{s}] = select(vec4<f32>(0.0), values, block < BLOCKS);
#else
  shared_vectors[to{s}] = src[from{s} + block * 8u + {slice}u * {QUADS}u];
#endif
}
#endfor
workgroupBarrier();
