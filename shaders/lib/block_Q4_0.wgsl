  let packed = quants[b];
  let d = half_at(b);
#for i 0..4
  let w{i} = d * (vec4<f32>(nibbles(packed[{i}], LOW_NIBBLES)) - 8.0);
  let w{i+4} = d * (vec4<f32>(nibbles(packed[{i}], HIGH_NIBBLES)) - 8.0);
#endfor
