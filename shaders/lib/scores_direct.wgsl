// Computes the scores of a tile from K in the cache: each invocation P positions at a time, for all queries. For adapters that run
// shaders on the CPU, where neighbouring invocations need no neighbouring addresses.
#define P 1
@group(0) @binding(2) var<storage, read> k_cache: array<Quad>;

// `keys`: quad of the tile's first key. The first `count` positions of the tile get scores.
fn compute_scores(lane: u32, queries: Queries, tile: u32, keys: u32, count: u32) {
  let quads = HEAD_DIM / 4u;
#for n 0..QUERIES
  let query{n} = query_at(queries, {n}u);
#endfor
  for (var base = 0u; base < count; base += {P}u * WORKGROUP_SIZE) {
#for p 0..P
    let at{p} = base + {p}u * WORKGROUP_SIZE + lane;
    let key_at{p} = keys + min(at{p}, TILE - 1u) * N_KV_HEAD * quads;
#for n 0..QUERIES
    var dot{p}_{n} = 0.0;
#endfor
#endfor
    let quads_end = quads + unknown_zero();
    for (var i = 0u; i < quads_end; i++) {
#for p 0..P
      let key{p} = unpack_quad(k_cache[key_at{p} + i]);
#endfor
#for n 0..QUERIES
      {
        let query = q[query{n} + i];
#for p 0..P
        dot{p}_{n} = add_dot(key{p}, query, dot{p}_{n});
#endfor
      }
#endfor
    }
#for p 0..P
    if (at{p} < count) {
#for n 0..QUERIES
      store_score(queries, {n}u, tile * TILE + at{p}, dot{p}_{n});
#endfor
    }
#endfor
  }
}
