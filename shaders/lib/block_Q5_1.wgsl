  let packed = quants[b];
  let dm = unpack2x16float(scales[2u * b]);
  let fifths = scales[2u * b + 1u];
#for i 0..4
  let w{i} = dm.x * vec4<f32>(nibbles(packed[{i}], LOW_NIBBLES) | fifth_bits(fifths, {i*4}u)) + dm.y;
  let w{i+4} = dm.x * vec4<f32>(nibbles(packed[{i}], HIGH_NIBBLES) | fifth_bits(fifths >> 16u, {i*4}u)) + dm.y;
#endfor
