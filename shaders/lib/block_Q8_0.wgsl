  let bytes0 = quants[2u * b];
  let bytes1 = quants[2u * b + 1u];
  let d = half_at(b);
#for i 0..4
  let w{i} = d * vec4<f32>(signed_bytes(bytes0[{i}]));
  let w{i+4} = d * vec4<f32>(signed_bytes(bytes1[{i}]));
#endfor
