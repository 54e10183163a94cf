import {
  type AttentionShape,
  attention,
  attentionCombine,
  attentionSpan,
  type Span,
  stateValues,
} from '../../gpu/kernels/attention.ts';
import type { HeadShape } from '../../gpu/kernels/heads.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { attention as attentionTwin } from '../../reference/attention.ts';
import { attentionCombine as combineTwin } from '../../reference/attentionCombine.ts';
import { PAGE_POSITIONS, PART_POSITIONS } from '../../util/kvPage.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import { cacheValues, cacheWords, pageTables, placeOf, positionsOf } from '../cache.ts';
import { kernelCases, vary } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { asFloats, BOUND, dense, floats, output, rowsOf } from '../contents.ts';
import { stepBuffer } from '../inputs.ts';
import { headShapes, usualHeads } from './heads.ts';
import { swigluCases } from './swiglu.ts';

export const attentionCheck = kernelCheck({
  kernel: attention,
  /** Position of all rows, or null for positions around `edge`, or around the first edge that matters. */
  usual: { scale: 1, position: null as number | null, edge: null as number | null },
  setUp({ parameters, rows, inputs: { scale, position, edge } }) {
    const { nHead, headDim, valueDim = headDim, cache, dstStride, latent = false } = parameters;
    const { window = null, span } = parameters;
    const around = edge ?? edgeOf(window, span);
    const places = rows.map(row => (position === null ? placeOf(row, around) : { slot: 0, position }));
    const positions = places.map(place => place.position);
    const tables = pageTables(position === null ? positionsOf(around) : position + 1);
    const width = nHead * headDim;
    const q = rows.map(row => randomValues(width, 50 + row, scale));
    const k = cacheValues(cache, cacheWords(parameters, tables), 1, scale);
    const v = latent ? k : cacheValues(cache, cacheWords({ ...parameters, headDim: valueDim }, tables), 2);
    // Sinks join spans in attention_combine: with and without them this kernel is one pipeline.
    const sinks = parameters.sinks && span === null ? sinksOf(nHead) : null;
    const depth = 1 + Math.max(...positions);
    const size = span === null ? rows.length * dstStride : stateValues(parameters, rows.length, depth, span);
    const dst = output(size);
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
      grid: own => [own.workgroups[0], rows.length, span === null ? 1 : ceilDiv(depth, span)],
      results: () =>
        places.map((place, i) => {
          const shape = { ...parameters, pageTables: tables };
          const options = { ...parameters, sinks };
          const values = attentionTwin(q[i], k.floats, v.floats, [place], nHead, shape, options);
          const at = span === null ? i * dstStride : 0;
          const result = floats(dst, at, values, scale > 1 ? 1e-7 : BOUND);
          if (span === null) return [result];
          const ofSpans = { rows: rows.length, nHead, headDim: valueDim, span, window };
          const combined = (partial: Float32Array) =>
            combineTwin(partial, positions, ofSpans).slice(i * values.length, (i + 1) * values.length);
          return [{ ...result, length: size, read: found => combined(asFloats(found)) }];
        }),
    };
  },
});

export const attentionCombineCheck = kernelCheck({
  kernel: attentionCombine,
  usual: {},
  setUp({ parameters, spec, rows }) {
    const { nHead, valueDim: headDim = parameters.headDim, dstStride, window = null } = parameters;
    const span = parameters.span ?? PART_POSITIONS;
    const edge = edgeOf(window, PART_POSITIONS);
    const sinks = parameters.sinks ? sinksOf(nHead) : null;
    const places = rows.map(row => placeOf(row, edge));
    const positions = places.map(({ position }) => position);
    const depth = 1 + Math.max(...positions);
    // Where all maxima are equal, and sums and values small integers, only an exp(0) other than 1 changes a bit. Without it, rows
    // of one part would not have the bits that they have without spans.
    const isExact = (row: number) => window === null && !sinks && positions[row] < PART_POSITIONS;
    const partial = new Float32Array(stateValues({ ...parameters, headDim }, rows.length, depth, span));
    const stride = headDim + 4;
    for (let state = 0; state * stride < partial.length; state++) {
      const row = Math.floor(state / nHead) % rows.length;
      const values = randomValues(stride, 50 + state, 4);
      // Sums of exponentials are positive.
      const exact = (value: number, i: number) => (i < headDim ? 100 + Math.round(value) : 2);
      const usual = (value: number, i: number) => (i === headDim + 1 ? 1 + Math.abs(value) : value);
      partial.set(values.map(isExact(row) ? exact : usual), state * stride);
    }
    const dst = output(rows.length * dstStride);
    const shape = { rows: rows.length, nHead, headDim, span, window, sinks };
    return {
      bindings: [
        dense(stepBuffer(places, [], pageTables(positionsOf(edge)))),
        dense(partial),
        dst,
        ...(sinks ? [dense(sinks)] : []),
      ],
      grid: () => [spec.workgroups[0], rows.length, 1],
      results: () => {
        const width = nHead * headDim;
        const combined = combineTwin(partial, positions, shape);
        return rows.map((_, i) => {
          const near = floats(dst, i * dstStride, combined.slice(i * width, (i + 1) * width));
          return isExact(i) ? [near, { ...near, bound: 0 }] : [near];
        });
      },
    };
  },
});

/** Wider windows belong to long contexts, which are too slow for the CPU twin. */
const MAX_WINDOW = 512;

/**
 * Position around which the rows lie: on both sides of the position where a window begins to exclude some, and of the edge of a
 * page or span.
 */
function edgeOf(window: number | null, span: Span | null): number {
  const unit = span ?? PAGE_POSITIONS;
  const seen = window !== null && window <= MAX_WINDOW ? window : 0;
  return alignUp(Math.max(unit, seen), unit);
}

/** Sinks that matter: some larger than most scores, some smaller. */
export function sinksOf(nHead: number): Float32Array<ArrayBuffer> {
  return randomValues(nHead, 3, 3);
}

/** Features of attention in models other than llama. `factor` multiplies q·k. */
interface Features {
  valueDim?: number;
  factor?: number;
  window?: number;
  softcap?: number;
  sinks?: true;
  latent?: true;
}

/** `depth`: number of positions of all rows, over the spans that a plan chooses. */
interface Batch {
  rows: number;
  scale: number;
  span: Span | 'none';
  edge?: number;
  depth?: number;
}

type Axes = HeadShape & Features & Batch;

const usual: Axes = { ...usualHeads, rows: 8, scale: 1, span: 'none' };

function shapeOf(axes: Axes, tuning: Tuning): AttentionShape {
  const { depth, rows, nHead, nKvHead, headDim, cache, factor, valueDim = headDim } = axes;
  const { window, softcap, sinks, latent } = axes;
  const heads = { nHead, nKvHead, headDim, valueDim, ...(window !== undefined && { window }) };
  const span = axes.span === 'none' ? null : axes.span;
  return {
    ...heads,
    ...{ cache, rows, dstStride: nHead * valueDim },
    depth: depth ?? PAGE_POSITIONS,
    span: depth === undefined ? span : attentionSpan(heads, rows, depth, tuning),
    ...(factor !== undefined && { scale: factor }),
    ...(softcap !== undefined && { softcap }),
    ...(sinks && { sinks }),
    ...(latent && { latent }),
  };
}

function featureCases(): Partial<Axes>[] {
  const cut: Partial<Axes> = { span: PAGE_POSITIONS };
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
      { rows: [1, 8], span: [PAGE_POSITIONS, PART_POSITIONS] },
      { headDim: [64], cache: ['f16'], rows: [1, 8], span: [PAGE_POSITIONS] },
      // Several parts, with and without spans.
      { edge: [PART_POSITIONS], span: ['none', PAGE_POSITIONS] },
      // Pieces of 8 bytes.
      { headDim: [20], cache: ['f16'] },
    ),
    ...featureCases().map(axes => ({ ...usual, ...axes })),
  ],
  parameters: shapeOf,
  inputs: ({ scale, depth, edge = null }) => {
    return { scale, position: depth === undefined ? null : depth - 1, edge };
  },
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
        from: 'let end_tile = (end + TILE - 1u) / TILE;',
        to: 'let end_tile = max(first_tile + 1u, (end + TILE - 2u) / TILE);',
      },
      tuning: 'software',
      caught: {
        id: idOf({ rows: 8, cache: 'f32', span: 'none' }),
        from: ROW_AT_PAGE * ROW,
        to: (ROW_AT_PAGE + 1) * ROW,
      },
      spared: swigluCases.idOf({ n: 172 }),
    },
    {
      id: 'span-off-by-one',
      fault: 'the first position of every span of the cache but the first is left out',
      change: {
        file: 'attention.wgsl',
        from: 'score > LOWEST);',
        to: 'score > LOWEST && (tile > first_tile || first_tile == 0u || j > 0u));',
      },
      tuning: 'gpu',
      // The first row reaches the second span.
      caught: { id: idOf({ rows: 8, headDim: 16, span: PAGE_POSITIONS }), from: 0, to: ROW },
      spared: idOf({ rows: 8, cache: 'f32', span: 'none' }),
    },
  ],
}));

export const attentionCombineCases = kernelCases(attentionCombineCheck, () => ({
  usual: { ...usual, span: PAGE_POSITIONS as Axes['span'] },
  cases: [
    ...vary(usual, { span: [PAGE_POSITIONS, PART_POSITIONS] }),
    { nHead: 3, headDim: 80 },
    { nHead: 4, headDim: 16, valueDim: 32, window: 3, sinks: true as const },
    { nHead: 4, headDim: 16, window: 70 },
  ],
  parameters: shapeOf,
}));
