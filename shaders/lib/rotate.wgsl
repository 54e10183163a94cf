// Rotates (x, y) and (z, w) by the angles with the cosines and sines `a` and `b`. fma is explicit, because this is compiled for
// many numbers of rows.
fn rotate(v: vec4<f32>, a: vec2<f32>, b: vec2<f32>) -> vec4<f32> {
  return vec4<f32>(
    fma(v.x, a.x, -(v.y * a.y)), fma(v.x, a.y, v.y * a.x), fma(v.z, b.x, -(v.w * b.y)), fma(v.z, b.y, v.w * b.x),
  );
}
