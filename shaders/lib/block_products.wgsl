// Loop of the matrix products: multiplies weight rows that begin at blocks first{0..ROWS} by rows of src that begin at src{0..W},
// up to block `end_block`, and adds the products to sum{row}_{m}, class after class (CLASSES in lib/sums.wgsl). The 32 terms of a
// block are added one after the other, then multiplied by the block's scale. Each weight is unpacked once for all W rows.
// One loop walks the blocks of all classes: a loop of each class costs software adapters a fifth of their speed.
// CLASSED 0: a row has no more blocks than there are classes, so each class is one product. Only for software adapters: a GPU's
// compiler might contract it and the addition to the sum.
// SHARED 4 or 8: all invocations multiply the same rows of src, so each of so many neighbours loads its share of a block and gets
// the rest from the others. This changes no bit. It helps software adapters, where a load costs as much as many products and every
// invocation would repeat it.
#if CLASSED
#for r 0..ROWS
#for m 0..W
var class{r}_{m} = 0.0;
#endfor
#endfor
var block = 0u;
for (var i_block = 0u; i_block < end_block; i_block++) {
#else
for (var block = 0u; block < end_block; block++) {
#endif
#for r 0..ROWS
  let weight{r} = load_block(first{r} + block * BLOCK_STRIDE);
#for m 0..W
  var part{r}_{m} = 0.0;
#endfor
#endfor
#if SHARED
#for m 0..W
  let lows{m} = src[src{m} + block * 8u + in_subgroup % {SHARED}u];
#if SHARED == 4
  let highs{m} = src[src{m} + block * 8u + 4u + in_subgroup % 4u];
#endif
#endfor
#endif
  for (var i = 0u; i < 4u; i++) {
#for m 0..W
#if SHARED
    let low{m} = subgroupShuffle(lows{m}, i);
#if SHARED == 4
    let high{m} = subgroupShuffle(highs{m}, i);
#else
    let high{m} = subgroupShuffle(lows{m}, 4u + i);
#endif
#else
    let low{m} = src[src{m} + block * 8u + i];
    let high{m} = src[src{m} + block * 8u + 4u + i];
#endif
#endfor
#for r 0..ROWS
    {
      let low = low_quad(weight{r}, i);
      let high = high_quad(weight{r}, i);
#for m 0..W
      part{r}_{m} = add_dot(high, high{m}, add_dot(low, low{m}, part{r}_{m}));
#endfor
    }
#endfor
  }
#for r 0..ROWS
#for m 0..W
#if CLASSED
  class{r}_{m} = fma(scale_of_block(weight{r}), part{r}_{m}, class{r}_{m});
#else
  sum{r}_{m} += fma(scale_of_block(weight{r}), part{r}_{m}, 0.0);
#endif
#endfor
#endfor
#if CLASSED
  block += CLASSES;
  if (block >= end_block) {
    block = next_class(block);
#for r 0..ROWS
#for m 0..W
    sum{r}_{m} += class{r}_{m};
    class{r}_{m} = 0.0;
#endfor
#endfor
  }
#endif
}
