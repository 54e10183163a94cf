import { assert } from '../../util/assert.ts';
import { PAGE_POSITIONS, PART_POSITIONS } from '../../util/kvPage.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import type { Tuning } from '../tuning.ts';
import type { HeadShape } from './heads.ts';

const MAX_WORKGROUP = 256;
/**
 * Limits of rows times heads in a workgroup, each of which takes 512 bytes of scores and weights, and 256 of a copied query. A
 * copy of keys takes 8,320 bytes; 16 KiB of workgroup storage are guaranteed.
 */
const MAX_QUERIES = 32;
const MAX_STAGED_QUERIES = 8;
/** Bytes of each key that are copied to workgroup memory at a time. */
const COPY_BYTES = 128;
/** Quads of output that one workgroup of `attention_combine` computes. */
const COMBINED_QUADS = 16;

/** Most rows of a batch whose positions are spread over several workgroups: more rows fill a GPU by themselves. */
const MAX_SPREAD_ROWS = 16;
/** Factor between the depths for which a batch is planned. */
const DEPTH_STEP = 4;

/** Positions of a workgroup's span: those of a part or of a tile. */
export type Span = typeof PART_POSITIONS | typeof PAGE_POSITIONS;

/** Shape of heads, of batches and of what they see. */
export interface AttentionShape extends Omit<HeadShape, 'nRot'> {
  readonly rows: number;
  /** Most positions that a row of the batch has before and with it. */
  readonly depth: number;
  /**
   * Positions per workgroup, whose states `attentionCombine` then merges; null if a workgroup computes a row's output from all
   * positions. It changes no bit.
   */
  readonly span: Span | null;
  /** Stride of the rows of dst in values. */
  readonly dstStride: number;
  /** Width of a value, and so of a head of the output; by default `headDim`, the width of queries and keys. */
  readonly valueDim?: number;
  /** Factor of q·k, 1 / √headDim by default. */
  readonly scale?: number;
  /** Number of positions that a row attends to, including its own; null for all up to its own. */
  readonly window?: number | null;
  /** Caps scores s to cap · tanh(s / cap). */
  readonly softcap?: number | null;
  /** Whether a logit per query head takes part in the softmax without a value. */
  readonly sinks?: boolean;
  /** Whether V is the first `valueDim` values of each cell of K; the K cache is then bound as both. */
  readonly latent?: boolean;
}

type Heads = Pick<AttentionShape, 'nHead' | 'nKvHead' | 'headDim' | 'valueDim' | 'window'>;
type Sharing = Pick<Tuning, 'attentionRows' | 'attentionStaged'>;
type Spreading = Sharing & Pick<Tuning, 'attentionWorkgroups'>;

/** Depths for which batches of `rows` rows are planned, ascending; the last is `nCtx`, the most positions of a slot. */
export function attentionDepths(rows: number, nCtx: number, { attentionWorkgroups }: Spreading): number[] {
  const depths: number[] = [];
  if (attentionWorkgroups > 1 && rows <= MAX_SPREAD_ROWS) {
    for (let depth: number = PART_POSITIONS; depth < nCtx; depth *= DEPTH_STEP) depths.push(depth);
  }
  return [...depths, nCtx];
}

/** Largest span with as many workgroups as `tuning` asks for; null if rows alone are enough, or see no more than one part. */
export function attentionSpan(heads: Heads, rows: number, depth: number, tuning: Spreading): Span | null {
  const seen = Math.min(depth, heads.window ?? depth);
  if (seen <= PART_POSITIONS || rows > MAX_SPREAD_ROWS) return null;
  const r = rowsPerWorkgroup(heads, rows, tuning);
  const workgroups = (heads.nHead / headsPerWorkgroup(heads, r, tuning)) * ceilDiv(rows, r);
  if (workgroups >= tuning.attentionWorkgroups) return null;
  const fills = workgroups * ceilDiv(seen, PART_POSITIONS) >= tuning.attentionWorkgroups;
  return fills ? PART_POSITIONS : PAGE_POSITIONS;
}

/** Values of the states of `rows` rows over all spans up to `depth`. */
export function stateValues(heads: Heads, rows: number, depth: number, span: Span): number {
  const { nHead, headDim, valueDim = headDim } = heads;
  return ceilDiv(depth, span) * rows * nHead * (valueDim + 4);
}

/** Most values of the states of a batch of up to `maxRows` rows; 0 if no batch has any. */
export function mostStateValues(heads: Heads, maxRows: number, nCtx: number, tuning: Spreading): number {
  let most = 0;
  for (let rows = 1; rows <= Math.min(maxRows, MAX_SPREAD_ROWS); rows++) {
    for (const depth of attentionDepths(rows, nCtx, tuning)) {
      const span = attentionSpan(heads, rows, depth, tuning);
      if (span !== null) most = Math.max(most, stateValues(heads, rows, depth, span));
    }
  }
  return most;
}

/**
 * Attention of each row over its slot's cache. Buffers: step, q [rows, nHead, headDim], k_cache, v_cache, dst [rows, nHead,
 * valueDim] or the states of spans; with `sinks` and without spans also sinks, f32 [nHead].
 */
export const attention = kernel(
  'attention',
  ['attentionRows', 'attentionStaged', 'attentionUnroll'],
  (shape: AttentionShape, tuning) => {
    const { nHead, nKvHead, headDim, valueDim = headDim, cache, rows, span, window, softcap } = shape;
    checkShape(shape);
    const r = rowsPerWorkgroup(shape, rows, tuning);
    const group = headsPerWorkgroup(shape, r, tuning);
    // Rows that share an invocation share its loads and its registers.
    const own = tuning.attentionStaged ? 1 : r;
    const owners = ((r / own) * group * valueDim) / 4;
    const lanes = tuning.attentionStaged ? alignUp(owners, PAGE_POSITIONS) : Math.max(16, alignUp(owners, 4));
    const hasSinks = shape.sinks === true && span === null;
    return {
      tile: r,
      defines: {
        CACHE: cache,
        GROUP: group,
        R: r,
        OWN: own,
        QUERIES: r * group,
        U: tuning.attentionUnroll,
        ...(tuning.attentionStaged
          ? { STAGED: 1, ...copyDefines(shape, lanes), SHARE: ceilDiv(r * group * PAGE_POSITIONS, lanes) }
          : { P: lanes <= 32 ? 2 : 1 }),
        ...(span !== null && { SPAN: span }),
        ...valueDefine(shape),
        ...(window != null && { WINDOWED: 1 }),
        ...(softcap != null && { CAPPED: 1 }),
        ...(hasSinks && { SINKS: 1 }),
        ...(shape.latent && { LATENT: 1 }),
      },
      overrides: {
        WORKGROUP_SIZE: lanes,
        N_HEAD: nHead,
        N_KV_HEAD: nKvHead,
        HEAD_DIM: headDim,
        SCALE: shape.scale ?? 1 / Math.sqrt(headDim),
        ...(window != null && { WINDOW: window }),
        ...(softcap != null && { SOFTCAP: softcap }),
        ...(span === null && { DST_STRIDE: shape.dstStride / 4 }),
      },
      bindings: ['read', 'read', 'read', 'read', 'write', ...(hasSinks ? (['read'] as const) : [])],
      workgroups: [nHead / group, rows, span === null ? 1 : spansSeen(shape, r, span)],
    };
  },
);

/**
 * Merges the states of spans. Buffers: step, states, dst [rows, nHead, valueDim], with `sinks` also sinks, f32 [nHead].
 */
export const attentionCombine = kernel('attention_combine', [], (shape: AttentionShape) => {
  const { nHead, headDim, valueDim = headDim, rows, window, sinks, span } = shape;
  return {
    defines: {
      PART_SPANS: PART_POSITIONS / (span ?? PART_POSITIONS),
      ...(window != null && { WINDOWED: 1 }),
      ...(sinks && { SINKS: 1 }),
    },
    overrides: {
      N_HEAD: nHead,
      // This kernel reads only values, not queries or keys.
      HEAD_DIM: valueDim,
      DST_STRIDE: shape.dstStride / 4,
      ...(window != null && { WINDOW: window }),
    },
    bindings: ['read', 'read', 'write', ...(sinks ? (['read'] as const) : [])],
    workgroups: [nHead * ceilDiv(valueDim / 4, COMBINED_QUADS), rows, 1],
  };
});

/** Most spans that up to `r` neighbouring rows see together. */
function spansSeen({ depth, window }: AttentionShape, r: number, span: Span): number {
  const all = ceilDiv(depth, span);
  return window == null ? all : Math.min(all, ceilDiv(window + r - 1, span) + 1);
}

/**
 * Checks that heads consist of whole quads of values, that a workgroup has lanes for all of them, and that heads share KV heads
 * evenly.
 */
function checkShape({
  nHead,
  nKvHead,
  headDim,
  valueDim = headDim,
  window,
  softcap,
  latent,
}: AttentionShape) {
  assert(
    headDim % 4 === 0 && valueDim % 4 === 0 && valueDim <= 4 * MAX_WORKGROUP && nHead % nKvHead === 0,
    () => `attention of ${nHead} heads over ${nKvHead} KV heads of ${headDim} and ${valueDim} values`,
  );
  assert(!latent || valueDim <= headDim, () => `${valueDim} latent values in cells of ${headDim}`);
  assert(window == null || window >= 1, () => `a window of ${window} positions`);
  assert(softcap == null || softcap > 0, () => `scores capped at ${softcap}`);
}

/** Pieces in which keys are copied to workgroup memory: of 16 bytes if heads consist of whole ones. */
function copyDefines({ headDim, cache }: AttentionShape, lanes: number) {
  const quadBytes = cache === 'f16' ? 8 : 16;
  const pieceQuads = cache === 'f16' && headDim % 8 === 0 ? 2 : 1;
  const pieces = Math.min(COPY_BYTES / quadBytes, headDim / 4) / pieceQuads;
  return { PIECES: pieces, PIECE_QUADS: pieceQuads, LOADS: ceilDiv(PAGE_POSITIONS * pieces, lanes) };
}

/** Define for the width of values, if it differs from that of keys. */
function valueDefine({ headDim, valueDim = headDim }: AttentionShape) {
  return valueDim === headDim ? {} : { VALUE_DIM: valueDim };
}

/** Rows of a workgroup: a power of two, because every other number would be one more pipeline. */
function rowsPerWorkgroup(
  { headDim, valueDim = headDim }: Heads,
  rows: number,
  { attentionRows, attentionStaged }: Sharing,
): number {
  const most = attentionStaged ? Math.max(1, MAX_WORKGROUP / (valueDim / 4)) : MAX_QUERIES;
  return 2 ** Math.floor(Math.log2(Math.min(rows, attentionRows, most)));
}

/** Query heads of one KV head per workgroup: all of them, if there is a lane for every four output values. */
function headsPerWorkgroup(
  { nHead, nKvHead, headDim, valueDim = headDim }: Heads,
  rows: number,
  { attentionStaged }: Sharing,
): number {
  const maxQueries = attentionStaged ? MAX_STAGED_QUERIES : MAX_QUERIES;
  const shared = nHead / nKvHead;
  let group = shared;
  const lanesPerHead = (valueDim / 4) * (attentionStaged ? rows : 1);
  while (group > 1 && (group * rows > maxQueries || group * lanesPerHead > MAX_WORKGROUP)) {
    do group--;
    while (shared % group !== 0);
  }
  return group;
}
