// The sum of what a row's experts give, onto the residual stream (STAGE down) or as it is (down_store).
// WEIGHTED 0: it is a plain sum.
#define WEIGHTED 1
override SCALE: f32 = 1.0;

fn tile_of(group: vec3<u32>) -> u32 { return group.y; }
fn src_of(choice: u32) -> u32 { return choice * BLOCKS * 8u; }

// Factor of what the expert of a choice gives.
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
