// Choices of a row in ascending order of their experts: ascending[i] is the rank of the i-th. Choices of one expert, which tests
// make, stay in order.
var<workgroup> ascending: array<u32, N_USED>;

// Finds the order of a row's choices. A barrier must follow.
fn find_order(row: u32, local: u32) {
  if (local >= N_USED) { return; }
  let own = chosen[row * N_USED + local].x;
  var place = 0u;
  for (var rank = 0u; rank < N_USED; rank++) {
    let expert = chosen[row * N_USED + rank].x;
    place += u32(expert < own || (expert == own && rank < local));
  }
  ascending[place] = local;
}
