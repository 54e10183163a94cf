#for i 0..4
  let h{i} = quants[4u * b + {i}u];
  let w{i*2} = vec4<f32>(unpack2x16float(h{i}.x), unpack2x16float(h{i}.y));
  let w{i*2+1} = vec4<f32>(unpack2x16float(h{i}.z), unpack2x16float(h{i}.w));
#endfor
