  let packed = quants[b];
  let d = unpack2x16float(scales[2u * b]).x;
  let fifths = scales[2u * b + 1u];
#for i 0..4
  let w{i} = d * (vec4<f32>(nibbles(packed[{i}], LOW_NIBBLES) | fifth_bits(fifths, {i*4}u)) - 16.0);
  let w{i+4} = d * (vec4<f32>(nibbles(packed[{i}], HIGH_NIBBLES) | fifth_bits(fifths >> 16u, {i*4}u)) - 16.0);
#endfor
