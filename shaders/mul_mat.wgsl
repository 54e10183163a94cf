// mul_mat: dst[row, n] = sum over k of weight[n, k] * src[row, k], for M rows at a time.
//
// One invocation computes one weight row n (two with SWIGLU: gate row n and up row n + N) against M rows of src; with
// LANES > 1, LANES invocations share it, lane l taking the blocks b = l mod LANES. workgroup.x walks weight rows,
// workgroup.y tiles of M rows.
// Numerics: weights are dequantized to f32; four f32 partial sums per lane run over the blocks in order, then
// (x + y) + (z + w), then the lanes in order. Nothing of it depends on M, so a row's bits do not either (design D1);
// fma is spelled out because a compiler might contract a * b + c for one M and not for another.
// EPILOGUE: store, add (dst is the residual stream) or swiglu (dst = silu(gate) * up).
#define M 1
#define LANES 1
#define EPILOGUE store
#define WEIGHT F32
#include "lib/step.wgsl"
#include "lib/weight.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(3) var<storage, read> src: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> dst: array<f32>;

override WORKGROUP_SIZE: u32 = 64u;
// Blocks of 32 values per weight row, and weight rows.
override BLOCKS: u32 = 1u;
override N: u32 = 1u;
// Where a row of dst begins and which part of it this matrix fills, in values.
override DST_STRIDE: u32 = 1u;
override DST_OFFSET: u32 = 0u;
// 1: the rows of src and dst are the batch's output rows.
override OUTPUT_ROWS: u32 = 0u;

#if LANES != 1
var<workgroup> partial: array<f32, {M} * WORKGROUP_SIZE>;
#endif
#if EPILOGUE == swiglu
#if LANES != 1
var<workgroup> partial_up: array<f32, {M} * WORKGROUP_SIZE>;
#endif
#endif

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let row0 = group.y * {M}u;
  let n = (group.x * WORKGROUP_SIZE + local) / {LANES}u;
  let lane = local % {LANES}u;
  let rows = select(n_rows(), n_outputs(), OUTPUT_ROWS == 1u);
  if (row0 >= rows) { return; }
#if LANES == 1
  if (n >= N) { return; }
#endif

#for m 0..M
  var acc{m} = vec4<f32>(0.0);
  let src{m} = (row0 + {m}u) * BLOCKS * 8u;
#endfor
#if EPILOGUE == swiglu
#for m 0..M
  var up{m} = vec4<f32>(0.0);
#endfor
#endif
  let first = min(n, N - 1u) * BLOCKS;
  for (var block = lane; block < BLOCKS; block += {LANES}u) {
    let weight = load_block(first + block);
#if EPILOGUE == swiglu
    let weight_up = load_block(first + N * BLOCKS + block);
#endif
    for (var i = 0u; i < 4u; i++) {
      let low = low_quad(weight, i);
      let high = high_quad(weight, i);
#if EPILOGUE == swiglu
      let low_up = low_quad(weight_up, i);
      let high_up = high_quad(weight_up, i);
#endif
#for m 0..M
      let low{m} = src[src{m} + block * 8u + i];
      let high{m} = src[src{m} + block * 8u + 4u + i];
      acc{m} = fma(low, low{m}, acc{m});
      acc{m} = fma(high, high{m}, acc{m});
#if EPILOGUE == swiglu
      up{m} = fma(low_up, low{m}, up{m});
      up{m} = fma(high_up, high{m}, up{m});
#endif
#endfor
    }
  }

#for m 0..M
  var sum{m} = quad_sum(acc{m});
#endfor
#if EPILOGUE == swiglu
#for m 0..M
  var sum_up{m} = quad_sum(up{m});
#endfor
#endif
#if LANES != 1
#for m 0..M
  partial[{m}u * WORKGROUP_SIZE + local] = sum{m};
#if EPILOGUE == swiglu
  partial_up[{m}u * WORKGROUP_SIZE + local] = sum_up{m};
#endif
#endfor
  workgroupBarrier();
  if (lane != 0u || n >= N) { return; }
  for (var l = 1u; l < {LANES}u; l++) {
#for m 0..M
    sum{m} += partial[{m}u * WORKGROUP_SIZE + local + l];
#if EPILOGUE == swiglu
    sum_up{m} += partial_up[{m}u * WORKGROUP_SIZE + local + l];
#endif
#endfor
  }
#endif

#for m 0..M
  {
    let at = (row0 + {m}u) * DST_STRIDE + DST_OFFSET + n;
#if EPILOGUE == store
    dst[at] = sum{m};
#endif
#if EPILOGUE == add
    dst[at] += sum{m};
#endif
#if EPILOGUE == swiglu
    dst[at] = silu(sum{m}) * sum_up{m};
#endif
  }
#endfor
}
