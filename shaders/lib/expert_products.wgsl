// Products of one expert's weight rows with the rows of `choices`.
#for m 0..AT_ONCE
let src{m} = src_of(choices.at[{m}u]);
#endfor
#for r 0..ROWS
let first{r} = first_block(expert, {r}u, n);
#for m 0..AT_ONCE
var sum{r}_{m} = 0.0;
#endfor
#endfor
#for W 1..W_END
#if W != 3
{
  let end_block = select(0u, BLOCKS, choices.count == {W}u || (choices.count == 3u && {W}u == 4u));
#include "lib/block_products.wgsl"
}
#endif
#endfor
