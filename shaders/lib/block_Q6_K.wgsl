  let packed = quants[b];
  let head = scales[3u * b];
  let d = unpack2x16float(head).x;
  // ggml multiplies the super-block scale and the 8-bit scale of 16 values first.
  let d0 = d * f32(extractBits(bitcast<i32>(head), 16u, 8u));
  let d1 = d * f32(extractBits(bitcast<i32>(head), 24u, 8u));
  let high0 = scales[3u * b + 1u];
  let high1 = scales[3u * b + 2u];
#for i 0..4
  let w{i} = d0 * (vec4<f32>(nibbles(packed[{i}], LOW_NIBBLES) | high_pairs(high0, {i*4}u)) - 32.0);
  let w{i+4} = d1 * (vec4<f32>(nibbles(packed[{i}], HIGH_NIBBLES) | high_pairs(high1, {i*4}u)) - 32.0);
#endfor
