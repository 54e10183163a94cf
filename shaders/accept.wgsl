// accept: accepts the drafts of a round of speculation without the CPU, and begins the next round behind them. It compares each
// draft with the target's argmax, as the CPU will, and writes into the next round's batches what only this decides: the tokens
// before the next draft, and how far all positions move back for the rejected ones. One workgroup; lane i = slot i of the next
// round. HEAD 1: the drafts are those of an MTP head, which decodes again what was verified.
#define HEAD 0
@group(0) @binding(0) var<storage, read> round: array<u32>;
// Batch of the draft model: two rows for each slot, the last accepted token and the one behind it. The first holds the token
// before the draft, which stays if nothing is accepted. Batch of an MTP head: a row for each verified token; the output becomes the
// row of the token behind the last accepted one, and later positions are overwritten before they are read.
@group(0) @binding(1) var<storage, read_write> draft_step: array<vec4<u32>>;
// Batch of the target: the second of these tokens, and its whole draft.
@group(0) @binding(2) var<storage, read_write> step: array<vec4<u32>>;
// The draft model's [draft step, slot of the last round] = token
@group(0) @binding(3) var<storage, read> drafted: array<u32>;
// The target's [slot of the last round, token or draft step] = token
@group(0) @binding(4) var<storage, read> verified: array<u32>;

override WORKGROUP_SIZE: u32 = 64u;
// Tokens of the draft model; it gets its last one in place of one that it lacks.
override N_VOCAB: u32 = 1u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(local_invocation_index) lane: u32) {
  let n_last_draft = round[0];
  let n_last_slots = round[1];
  let n_slots = round[2];
  let n_rows = round[3];
  if (lane >= n_slots) { return; }
  let last_slot = round[4u + lane];
  let first = last_slot * (n_last_draft + 1u);

  var accepted = 0u;
  for (var i = 0u; i < n_last_draft; i++) {
    let agrees = drafted[i * n_last_slots + last_slot] == verified[first + i];
    accepted += u32(agrees && accepted == i);
  }
  let token = verified[first + accepted];
  let rejected = n_last_draft - accepted;

#if HEAD
  let again = lane * (n_last_draft + 1u);
  for (var i = 0u; i <= n_last_draft; i++) {
    draft_step[1u + again + i].x = min(verified[first + i], N_VOCAB - 1u);
  }
  draft_step[1u + lane].w = (draft_step[1u + lane].w & 0xffff0000u) | (again + accepted);
#else
  let before = 1u + 2u * lane;
  if (accepted > 0u) { draft_step[before].x = drafted[(accepted - 1u) * n_last_slots + last_slot]; }
  draft_step[before].y -= rejected;
  draft_step[before + 1u].x = min(token, N_VOCAB - 1u);
  draft_step[before + 1u].y -= rejected;
#endif

  let row = 1u + lane * n_rows;
  step[row].x = token;
  for (var i = 0u; i < n_rows; i++) { step[row + i].y -= rejected; }
}
