// Sum of the outputs of a row's experts, added to the residual stream (STAGE down) or stored (down_store). WEIGHTED 0: the sum is
// not weighted.
#define WEIGHTED 1
override SCALE: f32 = 1.0;

fn tile_of(group: vec3<u32>) -> u32 { return group.y; }
fn src_of(choice: u32) -> u32 { return choice * BLOCKS * 8u; }

// Weight of a choice in the sum.
fn share_of(choice: u32) -> f32 {
#if WEIGHTED
  return bitcast<f32>(chosen[choice].y);
#else
  return 1.0;
#endif
}

fn finish_sum(row: u32, n: u32, sum: vec4<f32>) {
#if STAGE == down
  add_to_residual(row, n, sum, SCALE);
#else
  put_quad(row, n, sum);
#endif
}
