// Twice a float of four bits, of the code that src/quant/fp4.ts makes of it, less 8: ±(0 1 2 3 4 6 8 12). They are the integers
// nearest to a polynomial, which misses them by 0.424 at most.
fn fp4_values(x: vec4<f32>) -> vec4<f32> {
  return round(x * fma(x * x, vec4<f32>(0.01923077), vec4<f32>(0.7115385)));
}
