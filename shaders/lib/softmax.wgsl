// State of a softmax over some positions: the largest score, the sum of exp(score - largest), and four values of the sum of
// exp(score - largest) * V. Sums over positions have one order on every adapter, whatever the mapping (docs/exactness.md):
// positions of a tile in order from 0, tiles of a part in order, parts in order.
const TILE = 64u;
// Tiles of a part. Tiles and parts begin at absolute multiples of their lengths.
const PART_TILES = 4u;
// Finite substitute for -infinity: WGSL may assume that there are no infinities.
const LOWEST = -1e30;

struct Softmax { highest: f32, total: f32, acc: vec4<f32> }

fn nothing() -> Softmax { return Softmax(LOWEST, 0.0, vec4<f32>(0.0)); }

// State of the positions of `a` and of `b`. Merging into nothing() gives the bits of `b`, since exp(0) is 1; the self-test
// requires that.
fn merged(a: Softmax, b: Softmax) -> Softmax {
  let highest = max(a.highest, b.highest);
  let keep = exp(a.highest - highest);
  let weight = exp(b.highest - highest);
  return Softmax(
    highest,
    fma(a.total, keep, b.total * weight),
    fma(a.acc, vec4<f32>(keep), b.acc * weight),
  );
}
