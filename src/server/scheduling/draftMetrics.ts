import type { DraftCounts } from '../../protocol/completion.ts';
import { counter, head } from './prometheus.ts';

/** Names of the counters by position: llama-server's with its labels, and Foretoken's own with the kind of the drafts. */
const ACCEPTED = 'spec_decode_num_accepted_tokens_per_pos_total';
const DRAFTED = 'spec_decode_num_draft_tokens_per_pos_total';

/** Metrics of speculation, in Prometheus' exposition format. Metrics by position are absent until something is drafted. */
export function draftMetrics(drafts: readonly DraftCounts[]): string {
  const total = (count: (counts: DraftCounts) => number) =>
    drafts.reduce((sum, each) => sum + count(each), 0);
  const sums = [
    counter(
      'spec_decode_num_draft_tokens_total',
      'Draft tokens verified',
      total(({ draft_n }) => draft_n),
    ),
    counter(
      'spec_decode_num_accepted_tokens_total',
      'Draft tokens accepted',
      total(({ draft_n_accepted }) => draft_n_accepted),
    ),
    counter(
      'spec_decode_num_drafts_total',
      'Drafts verified',
      total(({ draft_n_per_pos }) => draft_n_per_pos[0]),
    ),
  ];
  if (drafts.length === 0) return sums.join('');
  const nPositions = Math.max(...drafts.map(({ draft_n_per_pos }) => draft_n_per_pos.length));
  const acceptedAt = Array.from({ length: nPositions }, (_, i) =>
    total(({ draft_n_accepted_per_pos }) => draft_n_accepted_per_pos[i] ?? 0),
  );
  return [
    ...sums,
    head(`llamacpp:${ACCEPTED}`, 'counter', 'Draft tokens accepted, by their position in the draft'),
    ...acceptedAt.map((n, i) => `llamacpp:${ACCEPTED}{position="${i}"} ${n}\n`),
    head(`foretoken_${DRAFTED}`, 'counter', 'Draft tokens verified, by kind of draft and position'),
    ...drafts.map(({ type, draft_n_per_pos }) => byPosition(DRAFTED, type, draft_n_per_pos)),
    head(`foretoken_${ACCEPTED}`, 'counter', 'Draft tokens accepted, by kind of draft and position'),
    ...drafts.map(({ type, draft_n_accepted_per_pos }) =>
      byPosition(ACCEPTED, type, draft_n_accepted_per_pos),
    ),
  ].join('');
}

function byPosition(name: string, type: string, counts: readonly number[]): string {
  return counts.map((n, i) => `foretoken_${name}{type="${type}",position="${i}"} ${n}\n`).join('');
}
