// Computes the scores of a tile from a copy of K in workgroup memory. 128 bytes of each of the 64 keys are copied at a time, so
// that neighbouring invocations load neighbouring pieces of 16 bytes: 32 of them touch 4 lines of 128 bytes. All loads of a copy
// precede its stores. Then an invocation computes the products of one position with SHARE queries.
// The workgroup has SLICES * 64 invocations. PIECE_QUADS: quads of 4 values in a piece, PIECES: pieces of a key in a copy,
// LOADS: pieces that an invocation copies.
#if PIECE_QUADS == 2
@group(0) @binding(2) var<storage, read> k_cache: array<vec4<u32>>;
#else
@group(0) @binding(2) var<storage, read> k_cache: array<Quad>;
#endif

// Quads of a key in a copy.
const CHUNK = {PIECES}u * {PIECE_QUADS}u;
// One more than a tile, so that stores to workgroup memory go to different banks.
const KEY_STRIDE = TILE + 1u;
// [quad, position] and [query, quad]
var<workgroup> keys_copy: array<Quad, CHUNK * KEY_STRIDE>;
var<workgroup> queries_copy: array<vec4<f32>, {QUERIES}u * CHUNK>;

// `keys`: quad of the tile's first key. The first `count` positions of the tile get scores.
fn compute_scores(lane: u32, queries: Queries, tile: u32, keys: u32, count: u32) {
  let quads = HEAD_DIM / 4u;
  let position = lane % TILE;
  let first_query = lane / TILE * {SHARE}u;
#for n 0..SHARE
  let copy{n} = min(first_query + {n}u, {QUERIES}u - 1u) * CHUNK;
  var dot{n} = 0.0;
#endfor
  let chunks = (quads + CHUNK - 1u) / CHUNK;
  for (var chunk = 0u; chunk < chunks; chunk++) {
    if (chunk > 0u) { workgroupBarrier(); }
    let width = min(CHUNK, quads - chunk * CHUNK);
    copy_keys(lane, keys + chunk * CHUNK, width, count);
    copy_queries(lane, queries, chunk * CHUNK, width);
    workgroupBarrier();
    for (var i = 0u; i < width; i++) {
      let key = unpack_quad(keys_copy[i * KEY_STRIDE + position]);
#for n 0..SHARE
      dot{n} = add_dot(key, queries_copy[copy{n} + i], dot{n});
#endfor
    }
  }
  if (position < count) {
#for n 0..SHARE
    if (first_query + {n}u < {QUERIES}u) { store_score(queries, first_query + {n}u, tile * TILE + position, dot{n}); }
#endfor
  }
}

// Copies `width` quads of each key of the tile, from quad `first_quad` of the cache on.
fn copy_keys(lane: u32, first_quad: u32, width: u32, count: u32) {
#for i 0..LOADS
  let piece{i} = lane + {i}u * WORKGROUP_SIZE;
  let loaded{i} = k_cache[key_piece(piece{i}, first_quad, width, count)];
#endfor
#for i 0..LOADS
  if (piece{i} < TILE * {PIECES}u) {
    let to{i} = piece{i} % {PIECES}u * {PIECE_QUADS}u * KEY_STRIDE + piece{i} / {PIECES}u;
#if PIECE_QUADS == 2
    keys_copy[to{i}] = loaded{i}.xy;
    keys_copy[to{i} + KEY_STRIDE] = loaded{i}.zw;
#else
    keys_copy[to{i}] = loaded{i};
#endif
  }
#endfor
}

// Index in k_cache of a piece of the copy. Pieces that no position or query needs repeat others.
fn key_piece(piece: u32, first_quad: u32, width: u32, count: u32) -> u32 {
  let position = min(piece / {PIECES}u, count - 1u);
  let part = min(piece % {PIECES}u, width / {PIECE_QUADS}u - 1u);
  return (first_quad + position * N_KV_HEAD * (HEAD_DIM / 4u)) / {PIECE_QUADS}u + part;
}

// Copies `width` quads of each query, from quad `first_quad` of the query on.
fn copy_queries(lane: u32, queries: Queries, first_quad: u32, width: u32) {
  let rounds = ({QUERIES}u * CHUNK + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
  for (var round = 0u; round < rounds; round++) {
    let i = round * WORKGROUP_SIZE + lane;
    if (i < {QUERIES}u * CHUNK && i % CHUNK < width) { queries_copy[i] = q[query_at(queries, i / CHUNK) + first_quad + i % CHUNK]; }
  }
}
