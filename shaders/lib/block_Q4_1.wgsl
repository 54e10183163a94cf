  let packed = quants[b];
  let dm = unpack2x16float(scales[b]);
#for i 0..4
  let w{i} = dm.x * vec4<f32>(nibbles(packed[{i}], LOW_NIBBLES)) + dm.y;
  let w{i+4} = dm.x * vec4<f32>(nibbles(packed[{i}], HIGH_NIBBLES)) + dm.y;
#endfor
