import {
  type AttentionShape,
  attention,
  attentionCombine,
  partialValues,
  splitsOf,
} from '../../gpu/kernels/attention.ts';
import type { HeadShape } from '../../gpu/kernels/heads.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { attention as attentionTwin } from '../../reference/attention.ts';
import { attentionCombine as combineTwin } from '../../reference/attentionCombine.ts';
import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { alignUp } from '../../util/math.ts';
import { cacheValues, cacheWords, pageTables, placeOf, positionsOf } from '../cache.ts';
import { kernelCases, vary } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { asFloats, BOUND, dense, floats, output, rowsOf } from '../contents.ts';
import { stepBuffer } from '../inputs.ts';
import { headShapes, usualHeads } from './heads.ts';
import { swigluCases } from './swiglu.ts';

export const attentionCheck = kernelCheck({
  kernel: attention,
  /** Position of all rows, or null for positions around the edge of a page. */
  usual: { scale: 1, position: null as number | null },
  setUp({ parameters, spec, rows, inputs: { scale, position } }) {
    const {
      nHead,
      headDim,
      valueDim = headDim,
      cache,
      dstStride,
      latent = false,
      window = null,
    } = parameters;
    const { split, splits } = splitsOf(spec);
    const span = spanOf(window, split, splits);
    const places = rows.map(row => (position === null ? placeOf(row, span) : { slot: 0, position }));
    const tables = pageTables(position === null ? positionsOf(span) : position + 1);
    const width = nHead * headDim;
    const q = rows.map(row => randomValues(width, 50 + row, scale));
    const k = cacheValues(cache, cacheWords(parameters, tables), 1, scale);
    const v = latent ? k : cacheValues(cache, cacheWords({ ...parameters, headDim: valueDim }, tables), 2);
    // Sinks join several splits in attention_combine: with and without them this kernel is one pipeline.
    const sinks = parameters.sinks && splits === 1 ? sinksOf(nHead) : null;
    const stride = splits > 1 ? partialValues(parameters, splits) : dstStride;
    const dst = output(rows.length * stride);
    return {
      bindings: [
        dense(stepBuffer(places, [], tables)),
        rowsOf(q, width),
        dense(k.words),
        // Separate binding with the same words.
        dense(v.words),
        dst,
        ...(sinks ? [dense(sinks)] : []),
      ],
      // The number of heads per workgroup depends on its number of rows.
      grid: own => [own.workgroups[0], rows.length, splits],
      results: () =>
        places.map((place, i) => {
          const shape = { ...parameters, pageTables: tables };
          const options = { ...parameters, sinks };
          const values = attentionTwin(q[i], k.floats, v.floats, [place], nHead, shape, options);
          const result = floats(dst, i * stride, values, scale > 1 ? 1e-7 : BOUND);
          if (splits === 1) return [result];
          const combined = (partial: Float32Array) =>
            combineTwin(partial, [place.position], {
              nHead,
              headDim: valueDim,
              split,
              splits,
              window,
              sinks,
            });
          return [{ ...result, length: stride, read: found => combined(asFloats(found)) }];
        }),
    };
  },
});

export const attentionCombineCheck = kernelCheck({
  kernel: attentionCombine,
  usual: {},
  setUp({ parameters, spec, rows }) {
    const { nHead, valueDim: headDim = parameters.headDim, dstStride, window = null } = parameters;
    const { split, splits } = splitsOf(spec);
    const span = spanOf(window, split, splits);
    const sinks = parameters.sinks ? sinksOf(nHead) : null;
    const width = partialValues({ nHead, headDim }, splits);
    // Sums of exponentials are positive.
    const isSum = (i: number) => i % (headDim + 4) === headDim + 1;
    const partial = rows.map(row =>
      randomValues(width, 50 + row, 4).map((value, i) => (isSum(i) ? 1 + Math.abs(value) : value)),
    );
    const places = rows.map(row => placeOf(row, span));
    const dst = output(rows.length * dstStride);
    const shape = { nHead, headDim, split, splits, window, sinks };
    return {
      bindings: [
        dense(stepBuffer(places, [], pageTables(positionsOf(span)))),
        rowsOf(partial, width),
        dst,
        ...(sinks ? [dense(sinks)] : []),
      ],
      grid: () => [spec.workgroups[0], rows.length, 1],
      results: () =>
        places.map(({ position }, i) => [
          floats(dst, i * dstStride, combineTwin(partial[i], [position], shape)),
        ]),
    };
  },
});

/** Wider windows belong to long contexts, which are too slow for the CPU twin. */
const MAX_WINDOW = 512;

/**
 * Position around which the rows lie: on both sides of the position where a window begins to exclude some, and of the edge of a
 * page or, with several splits, of a later split.
 */
function spanOf(window: number | null, split: number, splits: number): number {
  const unit = splits > 1 ? split : PAGE_POSITIONS;
  const seen = window !== null && window <= MAX_WINDOW ? window : 0;
  const span = alignUp(Math.max(unit, seen), unit);
  if (splits === 1) return span;
  const last = splits * unit - 1 - placeOf(0, 0).position;
  return Math.min(span, Math.floor(last / unit) * unit);
}

/** Sinks that matter: some larger than most scores, some smaller. */
function sinksOf(nHead: number): Float32Array<ArrayBuffer> {
  return randomValues(nHead, 3, 3);
}

/** Positions of the cases: two pages and a part of a third. */
const N_CTX = 150;

/** Features of attention in models other than llama. `factor` multiplies q·k. */
interface Features {
  valueDim?: number;
  factor?: number;
  window?: number;
  softcap?: number;
  sinks?: true;
  latent?: true;
}

type Axes = HeadShape & Features & { rows: number; scale: number; split: number | 'none'; depth?: number };

const usual: Axes = { ...usualHeads, rows: 8, scale: 1, split: 'none' };

function shapeOf(axes: Axes): AttentionShape {
  const { depth = N_CTX, rows, nHead, nKvHead, headDim, cache, factor, valueDim = headDim } = axes;
  const { window, softcap, sinks, latent } = axes;
  return {
    ...{ nHead, nKvHead, headDim, cache, rows, nCtx: depth, dstStride: nHead * valueDim },
    ...(valueDim !== headDim && { valueDim }),
    ...(factor !== undefined && { scale: factor }),
    ...(window !== undefined && { window }),
    ...(softcap !== undefined && { softcap }),
    ...(sinks && { sinks }),
    ...(latent && { latent }),
  };
}

function featureCases(): Partial<Axes>[] {
  const cut: Partial<Axes> = { split: PAGE_POSITIONS };
  const mqa: Partial<Axes> = { nKvHead: 1, latent: true };
  return [
    // Rows that are computed together begin in different tiles, or see only themselves.
    ...[1, 3, 64, 70].map(window => ({ window })),
    // Scores outside the window are so large that those inside would vanish.
    { scale: 40, window: 3 },
    { ...cut, cache: 'f16', window: 3 },
    { ...cut, window: 70 },
    { scale: 4, softcap: 5 },
    { softcap: 50, factor: 0.3 },
    { sinks: true },
    { ...cut, scale: 4, sinks: true },
    { cache: 'f16', valueDim: 32 },
    { ...cut, valueDim: 8 },
    { ...mqa, headDim: 24, valueDim: 16 },
    { ...cut, ...mqa, headDim: 24, valueDim: 16, cache: 'f16' },
    // Widths of DeepSeek, and the largest width of a head.
    { ...mqa, rows: 3, headDim: 576, valueDim: 512 },
    { rows: 2, nHead: 1, nKvHead: 1, headDim: 1024, factor: 0.02 },
    { ...cut, cache: 'f16', window: 70, softcap: 5, sinks: true, valueDim: 32, factor: 1 },
  ];
}

const modelAxes = { nHead: 32, nKvHead: 4, headDim: 64, nRot: 64, rows: 1 };

/** Axes of a model's heads at these depths. */
function deep(...depths: readonly number[]): Partial<Axes>[] {
  return depths.map(depth => ({ ...modelAxes, cache: 'f16', depth }));
}

/** Values of a row of attention with the usual heads, and the row whose last position begins a page. */
const ROW = 64;
const ROW_AT_PAGE = 2;

export const attentionCases = kernelCases(attentionCheck, () => ({
  usual,
  cases: [
    ...headShapes().map(heads => ({ ...usual, ...heads })),
    ...vary(usual, { rows: [1, 2, 3] }),
    // Scores so large that exp overflows unless the maximum is subtracted.
    ...vary(usual, { scale: [40] }),
    ...vary<Axes>(
      usual,
      { rows: [1, 8], split: [PAGE_POSITIONS] },
      { headDim: [64], cache: ['f16'], rows: [1, 8], split: [PAGE_POSITIONS] },
    ),
    ...featureCases().map(axes => ({ ...usual, ...axes })),
  ],
  parameters: shapeOf,
  inputs: ({ scale, depth }) => ({ scale, position: depth === undefined ? null : depth - 1 }),
  // A timed case uses a model's own splits.
  pinned: ({ split, depth }): Partial<Tuning> =>
    depth === undefined ? { attentionSplit: split === 'none' ? null : split } : {},
  seconds: 0.45,
  timed: [
    ...(['f16', 'f32'] as const).map(cache => ({ ...modelAxes, cache, depth: 512 })),
    ...deep(256, 4096),
  ],
  timedLong: deep(32_768),
  readsMemory: true,
  cost: ({ depth = 0, nHead, nKvHead, headDim, cache }) => ({
    bytes: 2 * depth * nKvHead * headDim * (cache === 'f16' ? 2 : 4) + 8 * nHead * headDim,
    flops: 4 * depth * nHead * headDim,
  }),
  faults: idOf => [
    {
      id: 'page-off-by-one',
      fault: 'a last position that begins a page of the cache is left out',
      change: {
        file: 'attention.wgsl',
        from: 'tile < end; tile += TILE',
        to: 'tile + u32(tile > begin) < end; tile += TILE',
      },
      tuning: 'software',
      caught: {
        id: idOf({ rows: 8, cache: 'f32', split: 'none' }),
        from: ROW_AT_PAGE * ROW,
        to: (ROW_AT_PAGE + 1) * ROW,
      },
      spared: swigluCases.idOf({ n: 172 }),
    },
    {
      id: 'split-off-by-one',
      fault: 'the first position of every split of the cache but the first is left out',
      change: {
        file: 'attention.wgsl',
        from: 'highest{r}), j < count{r});',
        to: 'highest{r}), j < count{r} && (tile > begin || begin == 0u || j > 0u));',
      },
      tuning: 'gpu',
      // The first row reaches the second split.
      caught: { id: idOf({ rows: 8, headDim: 16, split: PAGE_POSITIONS }), from: 0, to: ROW },
      spared: idOf({ rows: 8, cache: 'f32', split: 'none' }),
    },
  ],
}));

export const attentionCombineCases = kernelCases(attentionCombineCheck, () => ({
  usual,
  cases: [
    { nHead: 4, headDim: 16 },
    { nHead: 3, headDim: 80 },
    { nHead: 4, headDim: 16, valueDim: 32, window: 3, sinks: true as const },
    { nHead: 4, headDim: 16, window: 70 },
  ],
  parameters: shapeOf,
  pinned: () => ({ attentionSplit: PAGE_POSITIONS }),
}));
