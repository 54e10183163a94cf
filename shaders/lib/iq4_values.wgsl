// The sixteen values of IQ4_NL and IQ4_XS, of a code less 7.5: -127 -104 -83 -65 -49 -35 -22 -10 1 13 25 38 53 69 89 113. They are
// the integers nearest to a polynomial, which misses them by 0.433 at most; a table would be read one lane at a time.
fn iq4_values(x: vec4<f32>) -> vec4<f32> {
  let cubic = fma(fma(vec4<f32>(0.001586043), x, vec4<f32>(0.07866772)), x, vec4<f32>(-0.1371927));
  return round(fma(fma(cubic, x, vec4<f32>(11.517208)), x, vec4<f32>(-4.301249)));
}
