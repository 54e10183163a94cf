#for i 0..8
  let w{i} = bitcast<vec4<f32>>(quants[8u * b + {i}u]);
#endfor
