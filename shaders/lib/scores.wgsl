// Scores of a tile of positions, for each of the R * GROUP queries of the workgroup: [query, position]. A position that a query's
// row does not see has the score LOWEST.
var<workgroup> scores: array<f32, {QUERIES} * TILE>;

// Query vectors of the workgroup are those of GROUP heads from head0 on, for rows from first_row on; missing rows repeat the last.
struct Queries { first_row: u32, rows: u32, head0: u32 }

fn row_of(queries: Queries, query: u32) -> u32 { return queries.first_row + min(query / {GROUP}u, queries.rows - 1u); }
// First quad of a query vector.
fn query_at(queries: Queries, query: u32) -> u32 {
  return (row_of(queries, query) * N_HEAD + queries.head0 + query % {GROUP}u) * (HEAD_DIM / 4u);
}

fn store_score(queries: Queries, query: u32, position: u32, product: f32) {
  let row = row_of(queries, query);
  let sees = position >= first_seen(row) && position <= position_of(row);
  scores[query * TILE + position % TILE] = select(LOWEST, score_of(product), sees);
}

fn score_of(product: f32) -> f32 {
#if CAPPED
  return SOFTCAP * tanh_of(product * SCALE / SOFTCAP);
#else
  return product * SCALE;
#endif
}
