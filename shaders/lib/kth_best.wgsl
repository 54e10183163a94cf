// Search for the K-th best of many pairs by one workgroup, digit by digit from the most significant one (radix select).
//
// A pair is (key of a logit, complement of its token), and the greater one is better: higher logits come first, of equal ones the
// lower token. A search begins with `begin_search`. In each pass every lane calls `count_digit` for each of its pairs, then all
// call `end_pass`. It ends when all pairs that have the known digits are wanted: `search.digits` then is at most the K-th best and
// greater than the next.

// Pair of no candidate, behind all others: no logit has the key 0.
const NONE = vec2<u32>(0u);

const DIGIT_BITS = 4u;
const N_DIGITS = 16u;
const PASSES = 16u;

struct Search {
  // Digits that are known, followed by zeros, and the number of their bits.
  digits: vec2<u32>,
  bits: u32,
  // Among the pairs with these digits, the rank of the one that is searched for, and their number.
  wanted: u32,
  count: u32,
}
var<workgroup> search: Search;
var<workgroup> with_digit: array<atomic<u32>, N_DIGITS>;
var<workgroup> differing_bits: array<atomic<u32>, 2>;

// Pair of the candidate (token, bits of its logit): the key orders like the logit.
fn ordered(found: vec2<u32>) -> vec2<u32> {
  let bits = found.y;
  return vec2<u32>(select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u), ~found.x);
}

fn candidate_of(pair: vec2<u32>) -> vec2<u32> {
  return vec2<u32>(~pair.y, select(~pair.x, pair.x & 0x7fffffffu, (pair.x & 0x80000000u) != 0u));
}

fn reaches(pair: vec2<u32>, bound: vec2<u32>) -> bool {
  return pair.x > bound.x || (pair.x == bound.x && pair.y >= bound.y);
}

// Mask of the first `bits` of a pair, fewer than 64.
fn first_bits(bits: u32) -> vec2<u32> {
  let mask = ~(0xffffffffu >> (bits & 31u));
  return select(vec2<u32>(0xffffffffu, mask), vec2<u32>(mask, 0u), bits < 32u);
}

// Begins a search among `count` pairs, of which `first` is one; `differing` are the bits in which this lane's pairs differ from it.
// Also a barrier.
fn begin_search(first: vec2<u32>, differing: vec2<u32>, count: u32, lane: u32) {
  atomicOr(&differing_bits[0], differing.x);
  atomicOr(&differing_bits[1], differing.y);
  workgroupBarrier();
  if (lane == 0u) {
    // All pairs share the digits before the first in which any differs.
    let high = atomicExchange(&differing_bits[0], 0u);
    let low = atomicExchange(&differing_bits[1], 0u);
    let shared_bits = min(63u, select(countLeadingZeros(high), 32u + countLeadingZeros(low), high == 0u));
    let bits = shared_bits - shared_bits % DIGIT_BITS;
    search = Search(first & first_bits(bits), bits, K, count);
  }
}

fn count_digit(pair: vec2<u32>, at: Search) {
  if (pair.x == 0u || any(((pair ^ at.digits) & first_bits(at.bits)) != vec2<u32>(0u))) { return; }
  let word = select(pair.y, pair.x, at.bits < 32u);
  atomicAdd(&with_digit[(word >> (32u - DIGIT_BITS - (at.bits & 31u))) & (N_DIGITS - 1u)], 1u);
}

// Finds the next digit.
fn end_pass(at: Search, lane: u32) {
  workgroupBarrier();
  if (lane != 0u) { return; }
  var next = Search(at.digits, at.bits + DIGIT_BITS, at.wanted, 0u);
  for (var i = 1u; i <= N_DIGITS; i++) {
    let digit = N_DIGITS - i;
    let count = atomicExchange(&with_digit[digit], 0u);
    if (next.count == 0u) {
      if (count >= next.wanted) {
        let place = digit << (32u - DIGIT_BITS - (at.bits & 31u));
        next.digits |= select(vec2<u32>(0u, place), vec2<u32>(place, 0u), at.bits < 32u);
        next.count = count;
      } else {
        next.wanted -= count;
      }
    }
  }
  // If there are fewer pairs than wanted, all of them are.
  search = next;
}
