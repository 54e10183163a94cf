fn quad_sum(v: vec4<f32>) -> f32 { return (v.x + v.y) + (v.z + v.w); }

// x * sigmoid(x). WGSL may assume that there are no infinities, so exp is kept from overflowing: from 80 on the result
// is 0 either way.
fn silu(x: f32) -> f32 { return x / (1.0 + exp(min(-x, 80.0))); }
