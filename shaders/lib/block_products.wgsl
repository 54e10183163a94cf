// The loop of the matrix products. Weight rows that begin at blocks first{0..ROWS} times rows of src that begin at
// src{0..W}: blocks begin, begin + LANES, ... are added to sum{row}_{m}. The 32 terms of a block are added one after the
// other, then multiplied by the block's scale. Each weight is unpacked once for all W rows.
for (var block = begin; block < BLOCKS; block += {LANES}u) {
#for r 0..ROWS
  let weight{r} = load_block(first{r} + block);
#for m 0..W
  var part{r}_{m} = 0.0;
#endfor
#endfor
  for (var i = 0u; i < 4u; i++) {
#for m 0..W
    let low{m} = src[src{m} + block * 8u + i];
    let high{m} = src[src{m} + block * 8u + 4u + i];
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
  sum{r}_{m} = fma(scale_of_block(weight{r}), part{r}_{m}, sum{r}_{m});
#endfor
#endfor
}
