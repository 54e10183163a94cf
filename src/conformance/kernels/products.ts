import type { MulMatEpilogue, MulMatShape } from '../../gpu/kernels/mulMat.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { groupStart } from '../../quant/repack.ts';
import { recordOf } from '../../quant/types.ts';
import { sigmoid } from '../../reference/blocks/vector.ts';
import { canonicalDot } from '../../reference/canonicalDot.ts';
import { type MulMatOptions, mulMat as twin } from '../../reference/mulMat.ts';
import { mulMatSwiglu } from '../../reference/mulMatSwiglu.ts';
import { alignUp, ceilDiv } from '../../util/math.ts';
import type { Batch, Setup } from '../check.ts';
import { type Contents, dense, floats, output } from '../contents.ts';
import {
  activations,
  computedRows,
  gathered,
  gatheredStep,
  numbers,
  placedRows,
  type WeightRows,
  weightRows,
} from '../inputs.ts';
import { ontoResidual } from './residual.ts';

type Product = Batch<MulMatShape, { readonly scale: number }>;
type Floats = Float32Array<ArrayBuffer>;

/** Effect of an epilogue: the bindings from dst on, and the results, from the products of each row with some options. */
interface Ending {
  readonly bindings: readonly Contents[];
  readonly results: (
    product: (row: number, options: MulMatOptions) => Floats,
  ) => ReturnType<Setup['results']>;
}

/** Products with one matrix. */
export function setUpProduct(
  batch: Product,
  epilogue: Exclude<MulMatEpilogue, { readonly kind: 'qkv' | 'swiglu' }>,
): Setup {
  const { parameters, spec, rows, inputs, isWhole } = batch;
  const { weight, blocks, n: N, groups = null } = parameters;
  const { scale } = inputs;
  const k = 32 * blocks;
  // Computes rows of the second group, too.
  const { n, groupsOf } = computedRows(N, spec, isWhole, groups?.rows);
  // Values that a block reads beyond its group's range are multiplied by weights of zero.
  const used = groups ? Math.min(k, groups.srcStride) : k;
  const matrix = weightRows(weight, k, n, { isWhole, scale, used });
  const { bindings, x } = given(batch, matrix, scale);
  const ending = endingOf(batch, epilogue, n);
  return {
    bindings: [...bindings, ...ending.bindings],
    grid: own => [groupsOf(own), ceilDiv(rows.length, own.tile), 1],
    results: () => {
      const [values] = matrix.values();
      return ending.results((row, options) => twin(values, x[row], n, k, { ...options, groups }));
    },
    ...(isPlain(parameters) && {
      canonicalResults: rounding => {
        const [values] = matrix.values();
        const product = (row: number) =>
          Float32Array.from({ length: n }, (_, i) => canonicalDot(values, i * k, x[row], 0, k, rounding));
        return ending.results(product).map(([result]) => [{ ...result, bound: 0 }]);
      },
    }),
  };
}

/** Whether the results are sums of plain products: of weights without a scale, with nothing done to rows and sums. */
function isPlain({ weight, epilogue, norm, groups }: MulMatShape): boolean {
  if (epilogue.kind !== 'store' || norm || groups) return false;
  const { bias, scale, softcap, activation } = epilogue;
  return (
    !bias &&
    scale === undefined &&
    softcap === undefined &&
    !activation &&
    recordOf(weight).words.scales === 0
  );
}

function endingOf(
  { rows, spec, inputs: { scale } }: Product,
  epilogue: Exclude<MulMatEpilogue, { readonly kind: 'qkv' | 'swiglu' }>,
  n: number,
): Ending {
  const { dstStride, dstOffset = 0 } = epilogue;
  const before = rows.map(row => randomValues(n, 100 + row, scale));
  const stored = (dst: Contents, of: (row: number) => Floats) =>
    rows.map((_, row) => [floats(dst, row * dstStride + dstOffset, of(row))]);
  switch (epilogue.kind) {
    case 'store': {
      const { scale: factor = 1, softcap = null, activation = null } = epilogue;
      const bias = epilogue.bias ? randomValues(n, 90, scale) : null;
      // Whole tiles, so that a surplus row shows.
      const dst = output(alignUp(rows.length, spec.tile) * dstStride + dstOffset);
      return {
        bindings: [dst, ...biasContents(bias, dstOffset)],
        results: product => stored(dst, row => product(row, { bias, scale: factor, softcap, activation })),
      };
    }
    case 'accumulate': {
      const gates = epilogue.gate ? Float32Array.from(rows, row => randomValues(1, 91 + row, 3)[0]) : null;
      const stretches = before.map((words, row) => ({ at: row * dstStride + dstOffset, words }));
      const dst = output(alignUp(rows.length, spec.tile) * dstStride + dstOffset, stretches);
      return {
        bindings: [dst, ...(gates ? [dense(gates)] : [])],
        results: product =>
          stored(dst, row => {
            const factors = gates && Float64Array.of(sigmoid(gates[row]));
            return product(row, { residual: before[row], factors });
          }),
      };
    }
    case 'add': {
      const bias = epilogue.bias ? randomValues(n, 90, scale) : null;
      const { bindings, results } = ontoResidual(epilogue, before);
      const options = { bias, scale: epilogue.scale ?? 1 };
      return {
        bindings: [...bindings, ...biasContents(bias, dstOffset)],
        results: product =>
          results(rows.map((_, row) => product(row, { ...options, residual: before[row] }))),
      };
    }
  }
}

/** Products with gate and up. */
export function setUpGated(
  batch: Product,
  {
    dstStride,
    dstOffset = 0,
    activation = 'silu',
    bias,
  }: Extract<MulMatEpilogue, { readonly kind: 'swiglu' }>,
): Setup {
  const { parameters, spec, rows, inputs, isWhole } = batch;
  const { weight, blocks, n: N } = parameters;
  const k = 32 * blocks;
  const { n, groupsOf } = computedRows(N, spec, isWhole);
  const matrix = weightRows(weight, k, n, { isWhole, scale: inputs.scale, starts: [0, groupStart(1, N)] });
  // Small enough for the exponential of silu.
  const { bindings, x } = given(batch, matrix, 0.2);
  const dst = output(alignUp(rows.length, spec.tile) * dstStride + dstOffset);
  const biases = bias ? { gate: randomValues(n, 90), up: randomValues(n, 91) } : null;
  const placed: Contents[] = [];
  if (bias && biases) {
    const stretches = [
      { at: dstOffset, words: biases.gate },
      { at: bias.up + dstOffset, words: biases.up },
    ];
    placed.push({ size: bias.up + dstOffset + n, stretches });
  }
  return {
    bindings: [...bindings, dst, ...placed],
    grid: own => [groupsOf(own), ceilDiv(rows.length, own.tile), 1],
    results: () => {
      const [gates, ups] = matrix.values();
      return x.map((row, i) => [
        floats(dst, i * dstStride + dstOffset, mulMatSwiglu(gates, ups, row, n, k, { activation, biases })),
      ]);
    },
  };
}

function biasContents(bias: Floats | null, dstOffset: number): Contents[] {
  return bias ? [{ size: dstOffset + bias.length, stretches: [{ at: dstOffset, words: bias }] }] : [];
}

/** Bindings before dst, and the rows that are multiplied. */
function given({ parameters, rows }: Product, { contents }: WeightRows, scale: number) {
  const { blocks, norm, outputRows = false, groups } = parameters;
  const { src, x } = activations(groups?.rowStride ?? 32 * blocks, rows, norm, scale);
  const outputs = outputRows ? gathered(rows.length) : numbers(rows.length);
  const bindings = [dense(gatheredStep(outputs)), ...contents, placedRows(src, outputs, src[0].length)];
  return { bindings, x };
}
