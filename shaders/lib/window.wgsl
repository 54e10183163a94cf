// Positions that a row attends to: with WINDOWED 1 the last WINDOW of them, including its own.
#define WINDOWED 0
override WINDOW: u32 = 1u;

fn first_seen(row: u32) -> u32 {
#if WINDOWED
  let seen = position_of(row) + 1u;
  return seen - min(seen, WINDOW);
#else
  return 0u;
#endif
}
