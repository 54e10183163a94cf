// Products of two quads of a block with those of the rows in workgroup memory. Rows that only fill the tile are left out by pairs,
// which also keeps compilers from loading all rows at once into more registers than there are.
#if TILE == 1
part{s}_0 = add_dot(high, staged[staged_at(0u, block, {QUADS}u + q)], add_dot(low, staged[staged_at(0u, block, q)], part{s}_0));
#else
#for p 0..4
if (n_used > {p*2}u) {
  let low0 = staged[staged_at({p*2}u, block, q)];
  let high0 = staged[staged_at({p*2}u, block, {QUADS}u + q)];
  let low1 = staged[staged_at({p*2+1}u, block, q)];
  let high1 = staged[staged_at({p*2+1}u, block, {QUADS}u + q)];
  part{s}_{p*2} = add_dot(high, high0, add_dot(low, low0, part{s}_{p*2}));
  part{s}_{p*2+1} = add_dot(high, high1, add_dot(low, low1, part{s}_{p*2+1}));
}
#endfor
#endif
