import type { KernelSpec } from '../../gpu/pipelines.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { attention } from '../../reference/attention.ts';
import { attentionCombine } from '../../reference/attentionCombine.ts';
import { kShift } from '../../reference/kShift.ts';
import { type KvCache, kvOffset } from '../../reference/kvCache.ts';
import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { alignUp } from '../../util/math.ts';
import { ropeTable } from '../../util/ropeTable.ts';
import { BOUND, dense, floatsAt, type Trial, type Words, zeros } from '../trial.ts';
import { cacheValues, cacheWords, cells, N_POSITIONS, placeOf, type Shape, shapeOf, step } from './slots.ts';

export function attentionTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { SPLIT: split, DST_STRIDE: stride, SCALE: scale, SOFTCAP: softcap } = spec.overrides;
  const splits = Number(spec.defines.SPLITS);
  const span = spanOf(spec, splits > 1 ? split : PAGE_POSITIONS, splits);
  const shape = shapeOf(spec, span);
  const { nHead, headDim } = shape;
  const valueDim = Number(spec.defines.VALUE_DIM ?? headDim);
  const latent = spec.defines.LATENT === 1;
  const width = nHead * headDim;
  const q = rows.map(row => randomValues(width, 50 + row));
  const keys = cacheValues(shape, 1);
  const values = latent ? keys : cacheValues({ ...shape, headDim: valueDim }, 2);
  const sinks = sinksOf(spec, nHead);
  const window = windowOf(spec);
  const options = { valueDim, scale, softcap: softcap ?? null, sinks, latent, window };
  const dstStride = splits > 1 ? nHead * splits * (valueDim + 4) : 4 * stride;
  return {
    // How many heads a workgroup takes depends on how many rows it takes.
    workgroups: kernel => [kernel.workgroups[0], rows.length, splits],
    bindings: [
      step(rows, span),
      { size: rows.length * width, stretches: q.map((words, i) => ({ at: i * width, words })) },
      ...[keys, values].map(({ stored }) => dense(cacheWords(stored))),
      zeros(rows.length * dstStride),
      ...(sinks ? [dense(sinks)] : []),
    ],
    rows: rows.map((row, i) => {
      const place = placeOf(row, span);
      const output = floatsAt(4, i * dstStride, splits > 1 ? dstStride : nHead * valueDim);
      const parts = { nHead, headDim: valueDim, split, splits, window };
      return [
        {
          values: attention(q[i], keys.floats, values.floats, [place], nHead, shape, options),
          read: bindings =>
            splits > 1
              ? attentionCombine(floats(output(bindings)), [place.position], parts)
              : output(bindings),
          bound: BOUND,
        },
      ];
    }),
  };
}

export function attentionCombineTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { N_HEAD: nHead, HEAD_DIM: headDim, SPLIT: split, SPLITS: splits, DST_STRIDE } = spec.overrides;
  const width = nHead * splits * (headDim + 4);
  const span = spanOf(spec, split, splits);
  // Sums of exponentials are positive.
  const isSum = (i: number) => i % (headDim + 4) === headDim + 1;
  const partial = rows.map(row =>
    randomValues(width, 50 + row, 4).map((value, i) => (isSum(i) ? 1 + Math.abs(value) : value)),
  );
  const sinks = sinksOf(spec, nHead);
  const parts = { nHead, headDim, split, splits, sinks, window: windowOf(spec) };
  return {
    workgroups: () => [spec.workgroups[0], rows.length, 1],
    bindings: [
      step(rows, span),
      { size: rows.length * width, stretches: partial.map((words, i) => ({ at: i * width, words })) },
      zeros(rows.length * 4 * DST_STRIDE),
      ...(sinks ? [dense(sinks)] : []),
    ],
    rows: rows.map((row, i) => [
      {
        values: attentionCombine(partial[i], [placeOf(row, span).position], parts),
        read: floatsAt(2, i * 4 * DST_STRIDE, nHead * headDim),
        bound: BOUND,
      },
    ]),
  };
}

function windowOf({ defines, overrides }: KernelSpec): number | null {
  return defines.WINDOWED === 1 ? overrides.WINDOW : null;
}

function sinksOf({ defines }: KernelSpec, nHead: number): Float32Array<ArrayBuffer> | null {
  return defines.SINKS === 1 ? randomValues(nHead, 3, 3) : null;
}

/**
 * Position around which rows are: on both sides of where a window of it begins to leave some out, and of a page or, where
 * there are several splits, of the second or a later one.
 */
function spanOf(spec: KernelSpec, unit: number, splits: number): number {
  const span = alignUp(Math.max(unit, windowOf(spec) ?? 0), unit);
  return splits > 1 ? Math.min(span, (splits - 1) * unit) : span;
}

export function kShiftTrial(spec: KernelSpec): Trial {
  const { N_ROT, ROT_FROM: rotFrom, INVERSE_MAGNITUDE: inverse } = spec.overrides;
  const shape = shapeOf(spec);
  const nRot = spec.defines.ROTATED === 0 ? 0 : N_ROT;
  const valueDim = Number(spec.defines.VALUE_DIM ?? shape.headDim);
  const valueShape = { ...shape, headDim: valueDim };
  const magnitude = 1 / (inverse ?? 1);
  const slot = 1;
  // Few positions, on both sides of the edge of a page.
  const moved = { slot, keep: PAGE_POSITIONS - 8, discard: 5, end: PAGE_POSITIONS + 9 };
  const table = ropeTable(N_POSITIONS, nRot, 10000, 1).map(value => value * magnitude);
  const k = cacheValues(shape, 1).stored;
  const v = spec.defines.LATENT === 1 ? null : cacheValues(valueShape, 2).stored;
  const before = [k, ...(v ? [v] : [])].map(cache => dense(cacheWords(cache)));
  kShift(k, v, table, shape, { layout: 'norm', nRot, rotFrom: rotFrom ?? 0, magnitude, valueDim }, moved);
  const given = new Uint32Array(8);
  given.set([moved.keep, moved.discard, moved.end, 0, ...shape.pageTables[slot]]);
  const around = Array.from({ length: moved.end - moved.keep + 2 }, (_, i) => moved.keep - 1 + i);
  const rowOf = (cache: KvCache, of: Shape, binding: number, position: number) =>
    cells(cache, binding, kvOffset(of, { slot, position }), of.nKvHead * of.headDim);
  const first = nRot > 0 ? 2 : 1;
  return {
    workgroups: () => spec.workgroups,
    bindings: [dense(given), ...(nRot > 0 ? [dense(table)] : []), ...before],
    rows: around.map(position => [
      rowOf(k, shape, first, position),
      ...(v ? [rowOf(v, valueShape, first + 1, position)] : []),
    ]),
  };
}

function floats(words: Words): Float32Array {
  return new Float32Array(words.buffer, words.byteOffset, words.length);
}
