// Classes of a long sum (docs/exactness.md): class c adds the blocks c, c + CLASSES, ... in order; then the classes are added in
// order. The classes may be computed by as many invocations as an adapter likes.
const CLASSES = 16u;
// Number of the first `n` blocks that are in a class.
fn n_in_class(n: u32, class_index: u32) -> u32 { return (n + CLASSES - 1u - class_index) / CLASSES; }
// First block of the class after that of a block.
fn next_class(block: u32) -> u32 { return block % CLASSES + 1u; }

fn quad_sum(v: vec4<f32>) -> f32 { return (v.x + v.y) + (v.z + v.w); }

// x * sigmoid(x). WGSL may assume that there are no infinities, so exp must not overflow: from 80 on the result is 0 either way.
fn silu(x: f32) -> f32 { return x / (1.0 + exp(min(-x, 80.0))); }
fn silu_quad(x: vec4<f32>) -> vec4<f32> { return x / (1.0 + exp(min(-x, vec4<f32>(80.0)))); }

// sum + a . b, one term after the other.
fn add_dot(a: vec4<f32>, b: vec4<f32>, sum: f32) -> f32 {
  return fma(a.w, b.w, fma(a.z, b.z, fma(a.y, b.y, fma(a.x, b.x, sum))));
}
