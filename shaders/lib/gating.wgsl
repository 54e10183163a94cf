// Router gating, for all variants except the ratio of the largest logits.
// GATING is the value of an expert: softmax, its probability among all; sigmoid, the sigmoid of its logit; softmaxOfChosen, its
// logit, with the probabilities among the chosen as weights. The experts with the largest values are chosen, with SELECTION_BIAS
// those with the largest value + bias; their values are their weights. GROUPS: experts come in that many groups of neighbours,
// and only the GROUPS_USED groups whose two best have the largest sums take part. NORMALISED: weights are divided by their sum.
// In ties the lowest index wins. All f32.
#define NORMALISED 0
#define GROUPS 0
#define ROUTER_BIAS 0
#define SELECTION_BIAS 0
override WEIGHT_SCALE: f32 = 1.0;
override GROUPS_USED: u32 = 1u;
// Index of the first selection bias.
override SELECTION_AT: u32 = 0u;
#if ROUTER_BIAS
#define BIASED 1
#endif
#if SELECTION_BIAS
#define BIASED 1
#endif
#if BIASED
@group(0) @binding(5) var<storage, read> biases: array<f32>;
#endif
// Lower limit of the divisor, the smallest normal f16, so that tiny weights stay small.
const SMALLEST_SUM = 0x1p-14;
var<workgroup> scores: array<f32, N_EXPERTS>;

// Value of an expert for the gating, from its product.
fn gated(expert: u32, product: f32, scale: f32) -> f32 {
#if ROUTER_BIAS
  let logit = fma(product, scale, biases[expert]);
#else
  let logit = product * scale;
#endif
#if GATING == sigmoid
  return 1.0 / (1.0 + exp(min(-logit, 80.0)));
#else
  return logit;
#endif
}

fn best_expert() -> u32 {
  var best = 0u;
  for (var e = 1u; e < N_EXPERTS; e++) {
    if (scores[e] > scores[best]) { best = e; }
  }
  return best;
}

fn choose(row: u32) {
#if GATING == softmax
  var largest = logits[0];
  for (var e = 1u; e < N_EXPERTS; e++) { largest = max(largest, logits[e]); }
  var sum = 0.0;
  for (var e = 0u; e < N_EXPERTS; e++) {
    logits[e] = exp(logits[e] - largest);
    sum += logits[e];
  }
  for (var e = 0u; e < N_EXPERTS; e++) { logits[e] /= sum; }
#endif
  for (var e = 0u; e < N_EXPERTS; e++) {
#if SELECTION_BIAS
    scores[e] = logits[e] + biases[SELECTION_AT + e];
#else
    scores[e] = logits[e];
#endif
  }
#if GROUPS
  let each = N_EXPERTS / {GROUPS}u;
  var sums = array<f32, {GROUPS}>();
  for (var g = 0u; g < {GROUPS}u; g++) {
    var first = TAKEN;
    var second = TAKEN;
    for (var e = g * each; e < (g + 1u) * each; e++) {
      second = max(second, min(first, scores[e]));
      first = max(first, scores[e]);
    }
    sums[g] = first + second;
  }
  for (var used = 0u; used < GROUPS_USED; used++) {
    var best = 0u;
    for (var g = 1u; g < {GROUPS}u; g++) {
      if (sums[g] > sums[best]) { best = g; }
    }
    sums[best] = TAKEN;
  }
  // Exclude the experts of unused groups.
  for (var e = 0u; e < N_EXPERTS; e++) {
    if (sums[e / each] != TAKEN) { scores[e] = TAKEN; }
  }
#endif
  var highest = TAKEN;
  var total = 0.0;
  for (var rank = 0u; rank < N_USED; rank++) {
    let best = best_expert();
    scores[best] = TAKEN;
    highest = max(highest, logits[best]);
    total += logits[best];
    chosen[row * N_USED + rank] = vec2<u32>(best, bitcast<u32>(logits[best]));
  }
#if GATING == softmaxOfChosen
  total = 0.0;
  for (var rank = 0u; rank < N_USED; rank++) {
    let at = row * N_USED + rank;
    let weight = exp(bitcast<f32>(chosen[at].y) - highest);
    total += weight;
    chosen[at].y = bitcast<u32>(weight);
  }
  let factor = WEIGHT_SCALE / total;
#else
#if NORMALISED
  let factor = WEIGHT_SCALE / max(total, SMALLEST_SUM);
#else
  let factor = WEIGHT_SCALE;
#endif
#endif
  for (var rank = 0u; rank < N_USED; rank++) {
    let at = row * N_USED + rank;
    chosen[at].y = bitcast<u32>(bitcast<f32>(chosen[at].y) * factor);
  }
}
