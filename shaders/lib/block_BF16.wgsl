#for i 0..4
  let h{i} = quants[4u * b + {i}u];
  let w{i*2} = vec4<f32>(bf16_pair(h{i}.x), bf16_pair(h{i}.y));
  let w{i*2+1} = vec4<f32>(bf16_pair(h{i}.z), bf16_pair(h{i}.w));
#endfor
