// Choices of one expert: indices into `chosen`, of which the first `count` are in use, and the index to continue from.
struct Choices { count: u32, at: vec4<u32>, next: u32 }

// Finds up to AT_ONCE of choices begin..end that chose the expert; unused entries repeat the last one.
fn choices_of(expert: u32, begin: u32, end: u32) -> Choices {
  var found = Choices(0u, vec4<u32>(begin), begin);
  for (; found.next < end && found.count < {AT_ONCE}u; found.next++) {
    if (chosen[found.next].x == expert) {
      for (var i = found.count; i < 4u; i++) { found.at[i] = found.next; }
      found.count++;
    }
  }
  return found;
}

// Lowest expert from `lowest` on that one of choices begin..end chose; N_EXPERTS if there is none.
fn next_expert(lowest: u32, begin: u32, end: u32) -> u32 {
  var expert = N_EXPERTS;
  for (var choice = begin; choice < end; choice++) {
    let candidate = chosen[choice].x;
    if (candidate >= lowest) { expert = min(expert, candidate); }
  }
  return expert;
}
