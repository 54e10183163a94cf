import type { DraftKind, SpeculationTrace } from '../../../client/index.ts';

/** Pixels of an average round, at least. */
const MIN_ROUND = 6;
/** Pixels between rounds. */
const GAP = 1;
const ROW_HEIGHT = 22;
const ROW_GAP = 8;

/** Row of the time line: the rounds of one kind; null for those without a draft. Outlines are paths of SVG, in pixels. */
export interface TimelineRow {
  readonly kind: DraftKind | null;
  readonly top: number;
  /** Whole rounds. */
  readonly rounds: string;
  /** Their accepted parts, which fill a round from below. */
  readonly accepted: string;
}

export interface Timeline {
  readonly width: number;
  readonly height: number;
  readonly totalMs: number;
  readonly rows: readonly TimelineRow[];
  /** Left edge of each round, then the right edge of the last. */
  readonly edges: readonly number[];
}

/** Lays out the rounds of `trace`, in rows for `kinds`, over `room` pixels or as many as let every round be seen. */
export function timelineOf(
  { rounds }: SpeculationTrace,
  kinds: readonly (DraftKind | null)[],
  room: number,
): Timeline {
  const totalMs = rounds.reduce((total, { ms }) => total + ms, 0);
  const width = Math.max(room, rounds.length * MIN_ROUND);
  const edges = [0];
  for (const { ms } of rounds)
    edges.push(edges[edges.length - 1] + (totalMs > 0 ? (width * ms) / totalMs : 0));
  const rows = kinds.map((kind, row) => {
    const top = row * (ROW_HEIGHT + ROW_GAP);
    const outlines = { rounds: '', accepted: '' };
    for (const [i, { source, draft, n_accepted }] of rounds.entries()) {
      if (source !== kind) continue;
      const [left, right] = [edges[i], Math.max(edges[i] + GAP, edges[i + 1] - GAP)];
      // A round without a draft has nothing to refuse.
      const share = draft.length === 0 ? 1 : n_accepted / draft.length;
      outlines.rounds += box(left, top, right, top + ROW_HEIGHT);
      if (share > 0) outlines.accepted += box(left, top + ROW_HEIGHT * (1 - share), right, top + ROW_HEIGHT);
    }
    return { kind, top, ...outlines };
  });
  return { width, height: kinds.length * (ROW_HEIGHT + ROW_GAP) - ROW_GAP, totalMs, rows, edges };
}

/** Index of the round at `x`; null outside. */
export function roundAt({ edges }: Timeline, x: number): number | null {
  const after = edges.findIndex(edge => edge > x);
  return after <= 0 ? null : after - 1;
}

function box(left: number, top: number, right: number, bottom: number): string {
  return `M${round(left)} ${round(top)}H${round(right)}V${round(bottom)}H${round(left)}Z`;
}

function round(pixels: number): number {
  return Math.round(100 * pixels) / 100;
}
