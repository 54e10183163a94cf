// Choice of a row's experts from the products of the router, and their weights. All invocations of the workgroup take part.
// GATING, the value of an expert: ratio, its product; softmax, its probability among all; sigmoid, the sigmoid of its logit;
// softmaxOfChosen, its logit. The N_USED experts with the largest values are chosen, with SELECTION_BIAS those with the largest
// value + bias; the lowest index wins a tie. Their weights are their values; with ratio and softmaxOfChosen their probabilities
// among the chosen. GROUPS: experts come in that many groups of neighbours, and only the GROUPS_USED groups whose two best have
// the largest sums take part. NORMALISED: weights are divided by their sum. OUTPUT_SCALE: weights are multiplied by factors of the
// experts.
// Numerics: f32. The sum of a softmax over all experts has the classes of lib/sums.wgsl, of single experts; weights are added in
// descending order of the experts. An expert's place is the number of experts that are better, so no round waits for another.
#define NORMALISED 0
#define GROUPS 0
#define ROUTER_BIAS 0
#define SELECTION_BIAS 0
#define OUTPUT_SCALE 0
override WEIGHT_SCALE: f32 = 1.0;
override GROUPS_USED: u32 = 1u;
// Index of the first selection bias.
override SELECTION_AT: u32 = 0u;
// Index of the first factor of an expert.
override OUTPUT_SCALE_AT: u32 = 0u;
#if ROUTER_BIAS
#define BIASED 1
#endif
#if SELECTION_BIAS
#define BIASED 1
#endif
#if OUTPUT_SCALE
#define BIASED 1
#endif
#if BIASED
@group(0) @binding(5) var<storage, read> biases: array<f32>;
#endif
// Lower limit of the divisor, the smallest normal f16, so that tiny weights stay small.
const SMALLEST_SUM = 0x1p-14;
// Score of an expert that may not be chosen.
const EXCLUDED = -3e38;
// Values of the experts; what they are chosen by; the chosen, best first, and their weights before they are normalised.
var<workgroup> values: array<f32, N_EXPERTS>;
var<workgroup> scores: array<f32, N_EXPERTS>;
var<workgroup> best: array<u32, N_USED>;
var<workgroup> weights: array<f32, N_USED>;
#if GATING == softmax
var<workgroup> class_sums: array<f32, CLASSES>;
#endif
#if GROUPS
var<workgroup> group_sums: array<f32, {GROUPS}>;
#endif

// Value of an expert, from its product and the factor of the row's norm; of a softmax only its logit.
fn value_of(expert: u32, product: f32, scale: f32) -> f32 {
#if GATING == ratio
  return product;
#else
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
#endif
}

#if GATING == softmax
// Turns the logits of all experts into probabilities.
fn softmax_values(lane: u32) {
  var largest = values[0];
  for (var e = 1u; e < N_EXPERTS; e++) { largest = max(largest, values[e]); }
  for (var e = lane; e < N_EXPERTS; e += WORKGROUP_SIZE) { scores[e] = exp(values[e] - largest); }
  workgroupBarrier();
  for (var c = lane; c < CLASSES; c += WORKGROUP_SIZE) {
    var sum = 0.0;
    let n = n_in_class(N_EXPERTS, c);
    for (var i = 0u; i < n; i++) { sum += scores[c + i * CLASSES]; }
    class_sums[c] = sum;
  }
  workgroupBarrier();
  var total = 0.0;
  for (var c = 0u; c < CLASSES; c++) { total += class_sums[c]; }
  for (var e = lane; e < N_EXPERTS; e += WORKGROUP_SIZE) { values[e] = scores[e] / total; }
}
#endif

#if GROUPS
// Excludes the experts of unused groups.
fn exclude_groups(lane: u32) {
  let each = N_EXPERTS / {GROUPS}u;
  for (var g = lane; g < {GROUPS}u; g += WORKGROUP_SIZE) {
    var first = EXCLUDED;
    var second = EXCLUDED;
    for (var i = 0u; i < each; i++) {
      let score = scores[g * each + i];
      second = max(second, min(first, score));
      first = max(first, score);
    }
    group_sums[g] = first + second;
  }
  workgroupBarrier();
  for (var e = lane; e < N_EXPERTS; e += WORKGROUP_SIZE) {
    let own = e / each;
    var place = 0u;
    for (var g = 0u; g < {GROUPS}u; g++) {
      place += u32(group_sums[g] > group_sums[own] || (group_sums[g] == group_sums[own] && g < own));
    }
    if (place >= GROUPS_USED) { scores[e] = EXCLUDED; }
  }
  workgroupBarrier();
}
#endif

// Puts the experts with the highest scores into `best`.
fn find_best(lane: u32) {
  for (var e = lane; e < N_EXPERTS; e += WORKGROUP_SIZE) {
    let own = scores[e];
    var place = 0u;
    for (var i = 0u; i < N_EXPERTS; i++) {
      let score = scores[i];
      place += u32(score > own || (score == own && i < e));
    }
    if (place < N_USED) { best[place] = e; }
  }
}

// Weight of a chosen expert before the weights are normalised.
fn weight_of(expert: u32, scale: f32) -> f32 {
#if GATING == ratio
  return exp((values[expert] - values[best[0]]) * scale);
#else
#if GATING == softmaxOfChosen
  var highest = values[expert];
  for (var i = 0u; i < N_USED; i++) { highest = max(highest, values[best[i]]); }
  return exp(values[expert] - highest);
#else
  return values[expert];
#endif
#endif
}

// Chooses by `values`, which the workgroup has written, and stores the row's choices.
fn choose(row: u32, lane: u32, scale: f32) {
  workgroupBarrier();
#if GATING == softmax
  softmax_values(lane);
#endif
  for (var e = lane; e < N_EXPERTS; e += WORKGROUP_SIZE) {
#if SELECTION_BIAS
    scores[e] = values[e] + biases[SELECTION_AT + e];
#else
    scores[e] = values[e];
#endif
  }
  workgroupBarrier();
#if GROUPS
  exclude_groups(lane);
#endif
  find_best(lane);
  workgroupBarrier();
  for (var rank = lane; rank < N_USED; rank += WORKGROUP_SIZE) { weights[rank] = weight_of(best[rank], scale); }
  workgroupBarrier();
  var total = 0.0;
  for (var rank = 0u; rank < N_USED; rank++) { total += weights[rank]; }
#if GATING == softmaxOfChosen
  let factor = WEIGHT_SCALE / total;
#else
#if NORMALISED
  let factor = WEIGHT_SCALE / max(total, SMALLEST_SUM);
#else
  let factor = WEIGHT_SCALE;
#endif
#endif
  for (var rank = lane; rank < N_USED; rank += WORKGROUP_SIZE) {
#if GATING == ratio
    var weight = weights[rank] / total;
#else
    var weight = weights[rank] * factor;
#endif
#if OUTPUT_SCALE
    weight *= biases[OUTPUT_SCALE_AT + best[rank]];
#endif
    chosen[row * N_USED + rank] = vec2<u32>(best[rank], bitcast<u32>(weight));
  }
}
