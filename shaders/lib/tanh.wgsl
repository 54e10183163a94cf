// tanh of any x. WGSL's own may overflow in exp, and is allowed to be coarse.
fn tanh_of(x: f32) -> f32 {
  let e = exp(-2.0 * min(abs(x), 40.0));
  // Near zero 1 - e cancels; the first terms of the series are exact to the last bit there.
  let x2 = x * x;
  let near = fma(x2, fma(x2, fma(x2, -17.0 / 315.0, 2.0 / 15.0), -1.0 / 3.0), 1.0) * x;
  return select(sign(x) * ((1.0 - e) / (1.0 + e)), near, abs(x) < 0.125);
}
