import {
  type AttentionShape,
  attentionCombine as attentionCombineKernel,
  attention as attentionKernel,
  attentionSplits,
  partialValues,
} from '../../gpu/kernels/attention.ts';
import type { HeadShape } from '../../gpu/kernels/heads.ts';
import { type KShiftShape, kShift as kShiftKernel } from '../../gpu/kernels/kShift.ts';
import { mulMat as mulMatKernel } from '../../gpu/kernels/mulMat.ts';
import type { KernelSpec } from '../../gpu/pipelines.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import { floatToHalf } from '../../quant/f16.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { attention } from '../../reference/attention.ts';
import { attentionCombine } from '../../reference/attentionCombine.ts';
import { type ContextShift, kShift } from '../../reference/kShift.ts';
import type { KvCache, RowPlace } from '../../reference/kvCache.ts';
import { mulMat } from '../../reference/mulMat.ts';
import { ropeStore } from '../../reference/ropeStore.ts';
import { packHalves, padRows, stepBuffer, weightInput } from '../../selftest/inputs.ts';
import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { ropeTable } from '../../util/ropeTable.ts';
import { type BindingData, caseId, type KernelCase } from '../kernelCase.ts';

export const N_CTX = 150;
/** Of two slots: shuffled, and neither has its pages side by side. */
export const pageTables = [
  [4, 0, 2],
  [3, 5, 1],
];
const N_PAGES = pageTables.flat().length;
const usual: HeadShape = {
  nHead: 4,
  nKvHead: 2,
  headDim: 16,
  nRot: 16,
  cache: 'f32',
};

const shapes: readonly HeadShape[] = [
  usual,
  { ...usual, cache: 'f16' },
  { ...usual, nRot: 8 },
  { ...usual, nHead: 1, nKvHead: 1, headDim: 4, nRot: 4 },
  { ...usual, nHead: 3, nKvHead: 3, headDim: 64, nRot: 64 },
  { ...usual, nHead: 8, nKvHead: 1, headDim: 32, nRot: 32, cache: 'f16' },
  // More heads than one workgroup takes: by lanes, and by workgroup storage.
  { ...usual, nHead: 24, nKvHead: 1, headDim: 64, nRot: 64 },
  { ...usual, nHead: 40, nKvHead: 1, headDim: 8, nRot: 8 },
];

/** Rows of two slots at positions around the edges of a tile of 64, more of one than are attended to together. */
export const places: readonly RowPlace[] = [
  { slot: 0, position: 0 },
  { slot: 0, position: 1 },
  { slot: 1, position: 61 },
  { slot: 1, position: 62 },
  { slot: 1, position: 63 },
  { slot: 1, position: 64 },
  { slot: 1, position: 65 },
  { slot: 0, position: 149 },
];

function named({ nHead, nKvHead, headDim, nRot, cache }: HeadShape) {
  return { nHead, nKvHead, headDim, nRot, cache };
}

export function cacheValues(shape: HeadShape, seed: number, scale = 1): KvCache {
  const values = randomValues(N_PAGES * PAGE_POSITIONS * shape.nKvHead * shape.headDim, seed, scale);
  return shape.cache === 'f16' ? Uint16Array.from(values, floatToHalf) : values;
}

/** A copy of a cache as the GPU holds it. */
export function cacheBinding(cache: KvCache): BindingData {
  return cache instanceof Uint16Array ? packHalves(Uint16Array.from(cache)) : Float32Array.from(cache);
}

/** Expected contents of a cache; of halves the bits, where an ulp of f32 may tip a rounding: compared as floats. */
export function cacheFloats(cache: KvCache): Float32Array<ArrayBuffer> {
  return cache instanceof Uint16Array
    ? halvesToFloats(packHalves(Uint16Array.from(cache)))
    : Float32Array.from(cache);
}

function halvesToFloats(words: Uint32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 2 * words.length }, (_, i) =>
    halfValue((words[i >> 1] >>> (16 * (i & 1))) & 0xffff),
  );
}

function halfValue(bits: number): number {
  const magnitude =
    (bits & 0x7c00) === 0
      ? (bits & 0x3ff) * 2 ** -24
      : (1024 + (bits & 0x3ff)) * 2 ** (((bits >> 10) & 31) - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

export function readCache(shape: HeadShape): (words: Uint32Array<ArrayBuffer>) => Float32Array<ArrayBuffer> {
  return words => (shape.cache === 'f16' ? halvesToFloats(words) : new Float32Array(words.buffer));
}

/** Values of a row that queries, keys and values are products of. */
const QKV_K = 96;

function qkvWidth({ nHead, nKvHead, headDim }: HeadShape): number {
  return (nHead + 2 * nKvHead) * headDim;
}

function firstOf({ nHead, headDim }: HeadShape, of: 'qkv' | 'kv'): number {
  return of === 'qkv' ? 0 : nHead * headDim;
}

function qkvKernel(shape: HeadShape, of: 'qkv' | 'kv', rows: number, tuning: Tuning): KernelSpec {
  const first = firstOf(shape, of);
  const epilogue = { kind: 'qkv', heads: shape, first } as const;
  const matrix = { weight: 'Q4_0', blocks: QKV_K / 32, n: qkvWidth(shape) - first } as const;
  return mulMatKernel({ ...matrix, rows, epilogue }, tuning);
}

/** Products that end as queries, keys and values where attention looks for them. */
export const qkvCases: readonly KernelCase[] = [
  ...shapes.map(shape => ({ shape, rows: places.length, scale: 1 })),
  ...[1, 2, 3].map(rows => ({ shape: usual, rows, scale: 1 })),
  // Beyond the largest f16: the cache saturates.
  { shape: { ...usual, cache: 'f16' as const }, rows: 4, scale: 1e4 },
].flatMap(({ shape, rows, scale }) =>
  // All in one matrix, or keys and values in one of their own.
  (['qkv', 'kv'] as const).map(of => ({
    id: caseId('mul_mat', { epilogue: 'qkv', of, ...named(shape), rows, scale }),
    forRows: (tuning, nRows) => qkvKernel(shape, of, nRows, tuning),
    make: tuning => {
      const { nHead, headDim, nRot } = shape;
      const [kDim, width, qWidth] = [QKV_K, qkvWidth(shape), nHead * headDim];
      const first = firstOf(shape, of);
      const at = places.slice(0, rows);
      const table = ropeTable(N_CTX, nRot, 10000, 1);
      const matrix = weightInput('Q4_0', kDim, width - first, 20, undefined, scale);
      const x = randomValues(rows * kDim, 19, scale);
      const products = mulMat(matrix.values, x, width - first, kDim);
      // What is not computed is nothing.
      const qkv = new Float32Array(rows * width);
      for (let row = 0; row < rows; row++) {
        qkv.set(products.subarray(row * (width - first), (row + 1) * (width - first)), row * width + first);
      }
      const k = cacheValues(shape, 21);
      const v = cacheValues(shape, 22);
      const bindings = [
        stepBuffer(at, [], pageTables),
        matrix.quants,
        matrix.scales,
        padRows(x, kDim),
        new Float32Array(rows * qWidth),
        table,
        cacheBinding(k),
        cacheBinding(v),
      ];
      const q = ropeStore(qkv, table, at, k, v, { ...shape, layout: 'norm', pageTables });
      const select = readCache(shape);
      const bound = shape.cache === 'f16' ? 1e-7 : 1e-11;
      return {
        spec: qkvKernel(shape, of, rows, tuning),
        bindings,
        expected: [
          { binding: 4, values: q, bound: 1e-11 },
          { binding: 6, values: cacheFloats(k), bound, select },
          { binding: 7, values: cacheFloats(v), bound, select },
        ],
      };
    },
  })),
);

/** What of a context shift other models have than llama. */
type ShiftFeatures = Pick<KShiftShape, 'valueDim' | 'rotFrom' | 'magnitude' | 'latent'>;

const MOVES = [
  { keep: 0, discard: 5, end: 12 },
  { keep: 3, discard: 60, end: 150 },
  { keep: 1, discard: 1, end: 2 },
];
const [, longMove] = MOVES;

const shiftTable: readonly {
  readonly shape: HeadShape;
  readonly move: Omit<ContextShift, 'slot'>;
  readonly features?: ShiftFeatures;
}[] = [
  ...shapes.flatMap(shape => MOVES.map(move => ({ shape, move }))),
  { shape: { ...usual, nRot: 0 }, move: longMove },
  { shape: { ...usual, nRot: 6 }, move: longMove },
  { shape: { ...usual, nRot: 6 }, move: longMove, features: { rotFrom: 2 } },
  { shape: { ...usual, cache: 'f16' }, move: longMove, features: { valueDim: 32, magnitude: 1.2 } },
  { shape: { ...usual, headDim: 32 }, move: longMove, features: { valueDim: 8 } },
  {
    shape: { ...usual, nKvHead: 1, headDim: 24, nRot: 8 },
    move: longMove,
    features: { rotFrom: 16, latent: true, magnitude: 0.8 },
  },
  { shape: { ...usual, nRot: 0 }, move: longMove, features: { latent: true } },
];

export const kShiftCases: readonly KernelCase[] = shiftTable.map(({ shape, move, features = {} }) => ({
  id: caseId('k_shift', { ...named(shape), ...move, ...features }),
  make: () => {
    const { nRot, headDim, cache } = shape;
    const { valueDim = headDim, magnitude = 1, latent } = features;
    const table = ropeTable(N_CTX, nRot, 10000, 1).map(value => value * magnitude);
    const k = cacheValues(shape, 23);
    const v = latent ? null : cacheValues({ ...shape, headDim: valueDim }, 24);
    const given = new Uint32Array([move.keep, move.discard, move.end, 0, ...pageTables[1], 0]);
    const caches = [cacheBinding(k), ...(v ? [cacheBinding(v)] : [])];
    const rotation = { ...features, layout: 'norm', nRot } as const;
    kShift(k, v, table, { ...shape, pageTables }, rotation, { slot: 1, ...move });
    const select = readCache(shape);
    const first = nRot > 0 ? 2 : 1;
    const kBound = cache === 'f16' ? 1e-7 : 1e-13;
    return {
      spec: kShiftKernel({ ...shape, ...features }),
      bindings: [given, ...(nRot > 0 ? [table] : []), ...caches],
      expected: [
        { binding: first, values: cacheFloats(k), bound: kBound, select },
        ...(v ? [{ binding: first + 1, values: cacheFloats(v), bound: 1e-30, select }] : []),
      ],
    };
  },
}));

/** What of attention other models have than llama. */
type AttentionFeatures = Pick<
  AttentionShape,
  'valueDim' | 'scale' | 'window' | 'softcap' | 'latent' | 'sinks'
>;

interface AttentionCase {
  readonly shape: HeadShape;
  readonly rows: number;
  readonly scale: number;
  readonly split: number | null;
  readonly features?: AttentionFeatures;
}

function attended(shape: HeadShape, rows: number, features: AttentionFeatures = {}): AttentionShape {
  const { valueDim = shape.headDim } = features;
  return { ...shape, ...features, rows, nCtx: N_CTX, dstStride: shape.nHead * valueDim };
}

/** Sinks that matter: some larger than most scores, some smaller. */
function sinksOf({ nHead }: HeadShape, { sinks }: AttentionFeatures): Float32Array<ArrayBuffer> | null {
  return sinks ? randomValues(nHead, 29, 3) : null;
}

const all = { rows: places.length, scale: 1, split: null };
const cut = { ...all, split: PAGE_POSITIONS };
const half = { ...usual, cache: 'f16' as const };
const mqa = { ...usual, nKvHead: 1 };

const featureCases: readonly (AttentionCase & { readonly features: AttentionFeatures })[] = [
  // Rows that are attended to together begin in different tiles, or see but themselves.
  ...[1, 3, 64, 70].map(window => ({ ...all, shape: usual, features: { window } })),
  // Scores beside the window so large that those in it would vanish.
  { ...all, shape: usual, scale: 40, features: { window: 3 } },
  { ...cut, shape: half, features: { window: 3 } },
  { ...cut, shape: usual, features: { window: 70 } },
  { ...all, shape: usual, scale: 4, features: { softcap: 5 } },
  { ...all, shape: usual, features: { softcap: 50, scale: 0.3 } },
  { ...all, shape: usual, features: { sinks: true } },
  { ...cut, shape: usual, scale: 4, features: { sinks: true } },
  { ...all, shape: half, features: { valueDim: 32 } },
  { ...cut, shape: usual, features: { valueDim: 8 } },
  { ...all, shape: { ...mqa, headDim: 24 }, features: { valueDim: 16, latent: true } },
  { ...cut, shape: { ...mqa, headDim: 24, cache: 'f16' }, features: { valueDim: 16, latent: true } },
  // As wide as DeepSeek's, and as a head may be.
  { ...all, rows: 3, shape: { ...mqa, headDim: 576 }, features: { valueDim: 512, latent: true } },
  { ...all, rows: 2, shape: { ...mqa, nHead: 1, headDim: 1024 }, features: { scale: 0.02 } },
  {
    ...cut,
    shape: half,
    features: { window: 70, softcap: 5, sinks: true, valueDim: 32, scale: 1 },
  },
];

const attentionTable: readonly AttentionCase[] = [
  ...shapes.map(shape => ({ ...all, shape })),
  ...[1, 2, 3].map(rows => ({ ...all, shape: usual, rows })),
  // Scores so large that exp overflows unless the maximum is subtracted.
  { ...all, shape: usual, scale: 40 },
  ...[usual, { ...usual, headDim: 64, cache: 'f16' as const }].flatMap(shape =>
    [1, places.length].map(rows => ({ ...cut, shape, rows })),
  ),
  ...featureCases,
];

export const attentionCases: readonly KernelCase[] = attentionTable.map(
  ({ shape, rows, scale, split, features = {} }) => ({
    id: caseId('attention', {
      ...named(shape),
      rows,
      scale,
      split: split ?? 'none',
      ...featureNames(features),
    }),
    forRows: (tuning, nRows) =>
      attentionKernel(attended(shape, nRows, features), { ...tuning, attentionSplit: split }),
    make: tuning => {
      const { nHead, headDim } = shape;
      const { valueDim = headDim, latent } = features;
      // The last ones: those of a batch of one are at the end of the context.
      const at = places.slice(-rows);
      const q = randomValues(rows * nHead * headDim, 25, scale);
      const k = cacheValues(shape, 26, scale);
      const v = latent ? k : cacheValues({ ...shape, headDim: valueDim }, 27);
      const sinks = sinksOf(shape, features);
      const values = attention(q, k, v, at, nHead, { ...shape, pageTables }, { ...features, sinks });
      const chosen = { ...tuning, attentionSplit: split };
      const splits = attentionSplits(N_CTX, chosen);
      const size = splits > 1 ? rows * partialValues({ nHead, headDim, valueDim }, splits) : values.length;
      const positions = at.map(({ position }) => position);
      const combined = (words: Uint32Array<ArrayBuffer>) =>
        attentionCombine(new Float32Array(words.buffer), positions, {
          nHead,
          headDim: valueDim,
          split: split ?? N_CTX,
          splits,
          sinks,
          ...(features.window != null && { window: features.window }),
        });
      return {
        spec: attentionKernel(attended(shape, rows, features), chosen),
        bindings: [
          stepBuffer(at, [], pageTables),
          q,
          cacheBinding(k),
          cacheBinding(v),
          new Float32Array(size),
          ...(sinks && splits === 1 ? [sinks] : []),
        ],
        expected: [
          { binding: 4, values, bound: scale > 1 ? 1e-7 : 1e-11, ...(splits > 1 && { select: combined }) },
        ],
      };
    },
  }),
);

function featureNames({ valueDim, scale, window, softcap, sinks, latent }: AttentionFeatures) {
  return {
    ...(valueDim !== undefined && { valueDim }),
    ...(scale !== undefined && { factor: scale }),
    ...(window != null && { window }),
    ...(softcap != null && { softcap }),
    ...(sinks && { sinks }),
    ...(latent && { latent }),
  };
}

function split(tuning: Tuning): Tuning {
  return { ...tuning, attentionSplit: PAGE_POSITIONS };
}

const combineTable: readonly { readonly shape: HeadShape; readonly features: AttentionFeatures }[] = [
  { shape: usual, features: {} },
  { shape: { ...usual, nHead: 3, headDim: 80 }, features: {} },
  { shape: usual, features: { window: 3, sinks: true, valueDim: 32 } },
  { shape: usual, features: { window: 70 } },
];

export const attentionCombineCases: readonly KernelCase[] = combineTable.map(({ shape, features }) => ({
  id: caseId('attention_combine', {
    nHead: shape.nHead,
    headDim: shape.headDim,
    ...featureNames(features),
  }),
  forRows: (tuning, rows) => attentionCombineKernel(attended(shape, rows, features), split(tuning)),
  make: tuning => {
    const { nHead } = shape;
    const { valueDim: headDim = shape.headDim, window } = features;
    const chosen = split(tuning);
    const splits = attentionSplits(N_CTX, chosen);
    const size = places.length * partialValues({ nHead, headDim }, splits);
    const isSum = (i: number) => i % (headDim + 4) === headDim + 1;
    const partial = randomValues(size, 28, 10).map((value, i) => (isSum(i) ? 1 + Math.abs(value) : value));
    const positions = places.map(({ position }) => position);
    const sinks = sinksOf(shape, features);
    const values = attentionCombine(partial, positions, {
      nHead,
      headDim,
      split: PAGE_POSITIONS,
      splits,
      sinks,
      ...(window != null && { window }),
    });
    return {
      spec: attentionCombineKernel(attended(shape, places.length, features), chosen),
      bindings: [
        stepBuffer(places, [], pageTables),
        partial,
        new Float32Array(values.length),
        ...(sinks ? [sinks] : []),
      ],
      expected: [{ binding: 2, values, bound: 1e-11 }],
    };
  },
}));
