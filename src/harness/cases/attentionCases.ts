import { attention as attentionKernel } from '../../gpu/kernels/attention.ts';
import {
  type HeadShape,
  kShift as kShiftKernel,
  ropeStore as ropeStoreKernel,
} from '../../gpu/kernels/rope.ts';
import { floatToHalf } from '../../quant/f16.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { attention } from '../../reference/attention.ts';
import { kShift } from '../../reference/kShift.ts';
import type { KvCache, RowPlace } from '../../reference/kvCache.ts';
import { ropeStore } from '../../reference/ropeStore.ts';
import { packHalves, stepBuffer } from '../../selftest/inputs.ts';
import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { ropeTable } from '../../util/ropeTable.ts';
import { type BindingData, caseId, type KernelCase } from '../kernelCase.ts';

const N_CTX = 150;
/** Of two slots: shuffled, and neither has its pages side by side. */
const pageTables = [
  [4, 0, 2],
  [3, 5, 1],
];
const N_PAGES = pageTables.flat().length;
const usual: HeadShape = {
  nHead: 4,
  nKvHead: 2,
  headDim: 16,
  nRot: 16,
  layout: 'norm',
  cache: 'f32',
};

const shapes: readonly HeadShape[] = [
  usual,
  { ...usual, cache: 'f16' },
  { ...usual, layout: 'neox' },
  { ...usual, layout: 'neox', cache: 'f16' },
  { ...usual, nRot: 8 },
  { ...usual, nRot: 8, layout: 'neox' },
  { ...usual, nHead: 1, nKvHead: 1, headDim: 4, nRot: 4 },
  { ...usual, nHead: 3, nKvHead: 3, headDim: 64, nRot: 64 },
  { ...usual, nHead: 8, nKvHead: 1, headDim: 32, nRot: 32, cache: 'f16' },
  // More heads than one workgroup takes: by lanes, and by workgroup storage.
  { ...usual, nHead: 24, nKvHead: 1, headDim: 64, nRot: 64 },
  { ...usual, nHead: 40, nKvHead: 1, headDim: 8, nRot: 8 },
];

/** Rows of two slots at positions around the edges of a tile of 64. */
const places: readonly RowPlace[] = [
  { slot: 0, position: 0 },
  { slot: 0, position: 1 },
  { slot: 1, position: 63 },
  { slot: 1, position: 64 },
  { slot: 1, position: 65 },
  { slot: 0, position: 149 },
];

function named({ nHead, nKvHead, headDim, nRot, layout, cache }: HeadShape) {
  return { nHead, nKvHead, headDim, nRot, layout, cache };
}

function cacheValues(shape: HeadShape, seed: number, scale = 1): KvCache {
  const values = randomValues(N_PAGES * PAGE_POSITIONS * shape.nKvHead * shape.headDim, seed, scale);
  return shape.cache === 'f16' ? Uint16Array.from(values, floatToHalf) : values;
}

/** A copy of a cache as the GPU holds it. */
function cacheBinding(cache: KvCache): BindingData {
  return cache instanceof Uint16Array ? packHalves(Uint16Array.from(cache)) : Float32Array.from(cache);
}

/** Expected contents of a cache; of halves the bits, where an ulp of f32 may tip a rounding: compared as floats. */
function cacheFloats(cache: KvCache): Float32Array<ArrayBuffer> {
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

function readCache(shape: HeadShape): (words: Uint32Array<ArrayBuffer>) => Float32Array<ArrayBuffer> {
  return words => (shape.cache === 'f16' ? halvesToFloats(words) : new Float32Array(words.buffer));
}

export const ropeStoreCases: readonly KernelCase[] = [
  ...shapes.map(shape => ({ shape, scale: 1 })),
  // Beyond the largest f16: the cache saturates.
  { shape: { ...usual, cache: 'f16' as const }, scale: 1e5 },
].map(({ shape, scale }) => ({
  id: caseId('rope_store', { ...named(shape), scale }),
  make: () => {
    const { nHead, nKvHead, headDim, nRot } = shape;
    const width = (nHead + 2 * nKvHead) * headDim;
    const table = ropeTable(N_CTX, nRot, 10000, 1);
    const qkv = randomValues(places.length * width, 20, scale);
    const k = cacheValues(shape, 21);
    const v = cacheValues(shape, 22);
    const step = stepBuffer(places, [], pageTables);
    const bindings = [step, table, Float32Array.from(qkv), cacheBinding(k), cacheBinding(v)];
    const q = ropeStore(qkv, table, places, k, v, { ...shape, pageTables });
    const takeQ = (words: Uint32Array<ArrayBuffer>) => {
      const rows = new Float32Array(words.buffer);
      return Float32Array.from(
        q,
        (_, i) => rows[Math.floor(i / (nHead * headDim)) * width + (i % (nHead * headDim))],
      );
    };
    const select = readCache(shape);
    const bound = shape.cache === 'f16' ? 1e-7 : 1e-13;
    return {
      spec: ropeStoreKernel({ ...shape, rows: places.length, stride: width }),
      bindings,
      expected: [
        { binding: 2, values: q, bound: 1e-13, select: takeQ },
        { binding: 3, values: cacheFloats(k), bound, select },
        { binding: 4, values: cacheFloats(v), bound, select },
      ],
    };
  },
}));

export const kShiftCases: readonly KernelCase[] = shapes.flatMap(shape =>
  [
    { keep: 0, discard: 5, end: 12 },
    { keep: 3, discard: 60, end: 150 },
    { keep: 1, discard: 1, end: 2 },
  ].map(({ keep, discard, end }) => ({
    id: caseId('k_shift', { ...named(shape), keep, discard, end }),
    make: () => {
      const table = ropeTable(N_CTX, shape.nRot, 10000, 1);
      const k = cacheValues(shape, 23);
      const v = cacheValues(shape, 24);
      const given = new Uint32Array([keep, discard, end, 0, ...pageTables[1], 0]);
      const bindings = [given, table, cacheBinding(k), cacheBinding(v)];
      kShift(k, v, table, { ...shape, pageTables }, shape, { slot: 1, keep, discard, end });
      const select = readCache(shape);
      return {
        spec: kShiftKernel(shape),
        bindings,
        expected: [
          { binding: 2, values: cacheFloats(k), bound: shape.cache === 'f16' ? 1e-7 : 1e-13, select },
          { binding: 3, values: cacheFloats(v), bound: 1e-30, select },
        ],
      };
    },
  })),
);

export const attentionCases: readonly KernelCase[] = [
  ...shapes.map(shape => ({ shape, scale: 1 })),
  // Scores so large that exp overflows unless the maximum is subtracted.
  { shape: usual, scale: 40 },
].map(({ shape, scale }) => ({
  id: caseId('attention', { ...named(shape), scale }),
  make: () => {
    const { nHead, nKvHead, headDim } = shape;
    const width = (nHead + 2 * nKvHead) * headDim;
    const qWidth = nHead * headDim;
    const qkv = randomValues(places.length * width, 25, scale);
    const q = Float32Array.from(
      { length: places.length * qWidth },
      (_, i) => qkv[Math.floor(i / qWidth) * width + (i % qWidth)],
    );
    const k = cacheValues(shape, 26, scale);
    const v = cacheValues(shape, 27);
    const step = stepBuffer(places, [], pageTables);
    const values = attention(q, k, v, places, nHead, { ...shape, pageTables });
    return {
      spec: attentionKernel({ ...shape, rows: places.length, srcStride: width, dstStride: qWidth }),
      bindings: [step, qkv, cacheBinding(k), cacheBinding(v), new Float32Array(q.length)],
      expected: [{ binding: 4, values, bound: scale > 1 ? 1e-7 : 1e-11 }],
    };
  },
}));
