import type { RopeLayout } from '../../gpu/kernels/rope.ts';
import type { KernelSpec } from '../../gpu/pipelines.ts';
import { floatToHalf, halfToFloat } from '../../quant/f16.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { attention } from '../../reference/attention.ts';
import { kShift } from '../../reference/kShift.ts';
import { type KvCache, kvOffset, type RowPlace } from '../../reference/kvCache.ts';
import { ropeStore } from '../../reference/ropeStore.ts';
import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { ropeTable } from '../../util/ropeTable.ts';
import { packHalves, stepBuffer } from '../inputs.ts';
import {
  BOUND,
  dense,
  type ExpectedRow,
  floatsAt,
  HALF_BOUND,
  type Trial,
  type Words,
  zeros,
} from '../trial.ts';

/** Two slots whose pages are shuffled. */
const PAGE_TABLES = [
  [2, 0],
  [3, 1],
];
const N_PAGES = 4;
const N_POSITIONS = 2 * PAGE_POSITIONS;
/** A prime, so that no two positions or heads have the same values. */
const N_DISTINCT = 509;
/** Around the edge of a page. */
const PLACES: readonly RowPlace[] = [
  { slot: 0, position: PAGE_POSITIONS + 5 },
  { slot: 1, position: PAGE_POSITIONS - 1 },
  { slot: 1, position: PAGE_POSITIONS },
  { slot: 0, position: 0 },
];

interface Shape {
  readonly nHead: number;
  readonly nKvHead: number;
  readonly headDim: number;
  readonly nRot: number;
  readonly layout: RopeLayout;
  readonly isHalf: boolean;
  readonly pageTables: readonly (readonly number[])[];
}

function shapeOf({ overrides, defines }: KernelSpec): Shape {
  const { N_HEAD: nHead, N_KV_HEAD: nKvHead, HEAD_DIM: headDim, N_ROT: nRot } = overrides;
  const layout = defines.LAYOUT === 'neox' ? 'neox' : 'norm';
  return { nHead, nKvHead, headDim, nRot, layout, isHalf: defines.CACHE === 'f16', pageTables: PAGE_TABLES };
}

export function attentionTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const shape = shapeOf(spec);
  const { nHead, headDim } = shape;
  const [srcStride, dstStride] = [4 * spec.overrides.SRC_STRIDE, 4 * spec.overrides.DST_STRIDE];
  const width = nHead * headDim;
  const q = rows.map(row => randomValues(width, 50 + row));
  const caches = [cacheValues(shape, 1), cacheValues(shape, 2)];
  const [k, v] = caches.map(({ floats }) => floats);
  return {
    workgroups: () => [spec.workgroups[0], rows.length, 1],
    bindings: [
      step(rows),
      { size: rows.length * srcStride, stretches: q.map((words, i) => ({ at: i * srcStride, words })) },
      ...caches.map(({ stored }) => dense(cacheWords(stored))),
      zeros(rows.length * dstStride),
    ],
    rows: rows.map((row, i) => [
      {
        values: attention(q[i], k, v, [placeOf(row)], nHead, shape),
        read: floatsAt(4, i * dstStride, width),
        bound: BOUND,
      },
    ]),
  };
}

export function ropeStoreTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const shape = shapeOf(spec);
  const { nHead, nKvHead, headDim, nRot } = shape;
  const stride = 4 * spec.overrides.STRIDE;
  const [width, kvWidth, qWidth] = [(nHead + 2 * nKvHead) * headDim, nKvHead * headDim, nHead * headDim];
  const qkv = rows.map(row => randomValues(width, 50 + row));
  const nValues = N_PAGES * PAGE_POSITIONS * kvWidth;
  const empty = () => (shape.isHalf ? new Uint16Array(nValues) : new Float32Array(nValues));
  const [k, v] = [empty(), empty()];
  const before = [k, v].map(cache => zeros(cache.byteLength / 4));
  const table = ropeTable(N_POSITIONS, nRot, 10000, 1);
  const q = qkv.map((values, i) => ropeStore(values, table, [placeOf(rows[i])], k, v, shape));
  return {
    workgroups: () => [spec.workgroups[0], rows.length, 1],
    bindings: [
      step(rows),
      dense(table),
      { size: rows.length * stride, stretches: qkv.map((words, i) => ({ at: i * stride, words })) },
      ...before,
    ],
    rows: rows.map((row, i) => [
      { values: q[i], read: floatsAt(2, i * stride, qWidth), bound: BOUND },
      ...[k, v].map((cache, which) => {
        const at = kvOffset(shape, placeOf(row));
        return cells(cache, 3 + which, at, kvWidth);
      }),
    ]),
  };
}

export function kShiftTrial(spec: KernelSpec): Trial {
  const shape = shapeOf(spec);
  const slot = 1;
  // Few positions, on both sides of the edge of a page.
  const moved = { slot, keep: PAGE_POSITIONS - 8, discard: 5, end: PAGE_POSITIONS + 9 };
  const table = ropeTable(N_POSITIONS, shape.nRot, 10000, 1);
  const [k, v] = [cacheValues(shape, 1).stored, cacheValues(shape, 2).stored];
  const before = [k, v].map(cache => dense(cacheWords(cache)));
  kShift(k, v, table, shape, shape, moved);
  const given = new Uint32Array(8);
  given.set([moved.keep, moved.discard, moved.end, 0, ...PAGE_TABLES[slot]]);
  const width = shape.nKvHead * shape.headDim;
  const around = Array.from({ length: moved.end - moved.keep + 2 }, (_, i) => moved.keep - 1 + i);
  return {
    workgroups: () => spec.workgroups,
    bindings: [dense(given), dense(table), ...before],
    rows: around.map(position =>
      [k, v].map((cache, which) => cells(cache, 2 + which, kvOffset(shape, { slot, position }), width)),
    ),
  };
}

function placeOf(row: number): RowPlace {
  // Rows beyond the first few have a position of their own in slot 0.
  return PLACES[row] ?? { slot: 0, position: row };
}

function step(rows: readonly number[]) {
  return dense(stepBuffer(rows.map(placeOf), [], PAGE_TABLES));
}

/** Values of a cache that come again and again, since conversions to and from f16 are slow; and what they are as floats. */
function cacheValues({ nKvHead, headDim, isHalf }: Shape, seed: number) {
  const length = N_PAGES * PAGE_POSITIONS * nKvHead * headDim;
  const distinct = randomValues(N_DISTINCT, seed);
  if (!isHalf) {
    const floats = Float32Array.from({ length }, (_, i) => distinct[i % N_DISTINCT]);
    return { stored: floats, floats };
  }
  const halves = Uint16Array.from(distinct, floatToHalf);
  const rounded = Float32Array.from(halves, halfToFloat);
  const stored = Uint16Array.from({ length }, (_, i) => halves[i % N_DISTINCT]);
  return { stored, floats: Float32Array.from({ length }, (_, i) => rounded[i % N_DISTINCT]) };
}

/** A copy of a cache as the GPU holds it. */
function cacheWords(cache: KvCache): Words {
  return cache instanceof Uint16Array ? packHalves(Uint16Array.from(cache)) : Float32Array.from(cache);
}

/** `length` values of a cache from `at` on, as its twin has it, and as they are read back. */
function cells(cache: KvCache, binding: number, at: number, length: number): ExpectedRow {
  if (!(cache instanceof Uint16Array)) {
    return { values: cache.slice(at, at + length), read: floatsAt(binding, at, length), bound: BOUND };
  }
  return {
    values: Float32Array.from(cache.subarray(at, at + length), halfToFloat),
    read: bindings =>
      Float32Array.from(new Uint16Array(bindings[binding].buffer, 2 * at, length), halfToFloat),
    bound: HALF_BOUND,
  };
}
