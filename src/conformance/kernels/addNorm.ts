import { type AddNormShape, addNorm, type NormKind } from '../../gpu/kernels/addNorm.ts';
import { deferredStride } from '../../gpu/kernels/deferredNorm.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { addBranch, type NormVectors, normalised } from '../../reference/addNorm.ts';
import { alignUp } from '../../util/math.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { type Contents, dense, floats, output } from '../contents.ts';
import {
  deferredRow,
  gathered,
  gatheredStep,
  joined,
  numbers,
  padded,
  placedRows,
  plainStep,
} from '../inputs.ts';

/** Offsets of the vectors of the norm after a branch, and of the next one. */
const POST = 1;
const NEXT = 3;
/** Factor in the vectors. */
const FACTOR = 0.7;

export const addNormCheck = kernelCheck({
  kernel: addNorm,
  /** Magnitude of the rows of x and of the branch, and mean of both. */
  usual: { scale: 1, mean: 0.5 },
  setUp({ parameters, rows, inputs }) {
    const { k, add, scale = 1, post, next, gather, factor = 1, perRow = 1, streams = 1 } = parameters;
    const stride = alignUp(k, 32);
    const all = rows.flatMap(row => numbers(perRow).map(i => row * perRow + i));
    const outputs = gather ? gathered(rows.length) : numbers(all.length);
    const rowsFrom = (seed: number) =>
      all.map(row => randomValues(k, seed + row, inputs.scale).map(value => value + inputs.mean));
    const [before, branch] = [rowsFrom(50), rowsFrom(150)];
    const [placed, placedBranch] = [before, branch].map(all =>
      placedRows(
        all.map(row => padded(row)),
        outputs,
        stride,
      ),
    );
    // The first of several streams stays as it is; here all have the same values.
    const xs = { ...placed, size: streams * placed.size, stretches: placed.stretches.flatMap(spread) };
    const x = add ? output(xs.size, xs.stretches) : placed;
    function spread({ at, words }: Contents['stretches'][number]) {
      return numbers(streams).map(stream => ({ at: streams * at + stream * stride, words }));
    }
    const isDeferred = next === 'deferred';
    const nextNorm = isDeferred ? ({ kind: 'rms', bias: false, eps: 0 } as const) : next;
    function xOf(at: number, stream: number, before: Float32Array, after: Float32Array) {
      const isKept = streams > 1 && stream === 0;
      return floats(x, (streams * at + stream) * stride, padded(isKept ? before : after));
    }
    const vectors = {
      post: post ? vectorsOf(post, k, POST) : null,
      next: nextNorm && vectorsOf(nextNorm, k, NEXT),
    };
    const ofParams = factor === 'params' ? Float32Array.of(FACTOR, 0, 0, 0) : new Float32Array(4);
    const dst = output(all.length * (isDeferred ? deferredStride(stride) : stride));
    return {
      bindings: [
        dense(gather ? gatheredStep(outputs) : plainStep(rows.length)),
        x,
        dense(joined([...inParams(vectors.post), ...inParams(vectors.next), ofParams])),
        ...(add ? [placedBranch] : []),
        ...(next ? [dst] : []),
      ],
      grid: () => [rows.length, perRow, 1],
      results: () => {
        const ofAll = before.map((row, i) => {
          const last = factor === 'params' ? FACTOR : factor;
          const sum = add ? addBranch(row, branch[i], scale, vectors.post, last) : row;
          const of = vectors.next;
          return [
            ...(add ? numbers(streams).map(stream => xOf(outputs[i], stream, row, sum)) : []),
            ...(of && isDeferred ? deferredRow(dst, i, padded(sum), padded(of.weight), stride) : []),
            ...(of && !isDeferred ? [floats(dst, i * stride, padded(normalised(sum, of)))] : []),
          ];
        });
        return rows.map((_, row) => ofAll.slice(row * perRow, (row + 1) * perRow).flat());
      },
    };
  },
});

function vectorsOf({ kind, eps, bias }: NormKind, k: number, seed: number): NormVectors {
  return { kind, eps, weight: randomValues(k, seed), bias: bias ? randomValues(k, seed + 1) : null };
}

function inParams(norm: NormVectors | null): Float32Array<ArrayBuffer>[] {
  if (!norm) return [];
  return [padded(norm.weight), ...(norm.bias ? [padded(norm.bias)] : [])];
}

type Norm = 'none' | 'rms' | 'layer' | 'biased rms' | 'biased layer';

type Axes = {
  k: number;
  rows: number;
  add: boolean;
  post: Norm;
  next: Norm | 'deferred';
  factor: number;
  scale: number;
  mean: number;
  gather: boolean;
  /** Factor of the sum. */
  last: number | 'params';
  perRow: number;
  streams: number;
};

const usual: Axes = {
  k: 64,
  rows: 1,
  add: true,
  post: 'none',
  next: 'deferred',
  factor: 1,
  scale: 1,
  mean: 0.5,
  gather: false,
  last: 1,
  perRow: 1,
  streams: 1,
};

/** Each norm has its own epsilon, large enough to matter. */
function normOf(name: Norm, eps: number): NormKind | null {
  if (name === 'none') return null;
  const [kind] = name.endsWith('rms') ? (['rms'] as const) : (['layer'] as const);
  return { kind, bias: name.startsWith('biased'), eps };
}

export const addNormCases = kernelCases(addNormCheck, () => ({
  usual,
  cases: [
    usual,
    // Not a whole quad, and fewer quads than lanes.
    { ...usual, k: 45, rows: 3, post: 'rms', next: 'rms' },
    { ...usual, k: 1, rows: 2, post: 'layer', next: 'biased rms' },
    { ...usual, k: 300, rows: 5, post: 'biased layer', next: 'biased layer', factor: 0.22 },
    {
      ...usual,
      k: 300,
      rows: 5,
      post: 'biased layer',
      next: 'biased layer',
      factor: 0.22,
      scale: 1e4,
      mean: 1e4,
    },
    { ...usual, k: 172, rows: 4, post: 'rms', factor: 0.5 },
    { ...usual, k: 172, rows: 4, post: 'rms', factor: 0.5, scale: 1e-6, mean: 0 },
    { ...usual, k: 2050, rows: 2, next: 'none', factor: 30 },
    { ...usual, k: 2050, rows: 2, next: 'layer' },
    { ...usual, k: 288, rows: 6, add: false, next: 'biased layer', gather: true },
    { ...usual, k: 66, rows: 3, add: false, next: 'rms' },
    { ...usual, k: 45, rows: 3, post: 'rms', next: 'biased layer', last: 'params' },
    { ...usual, k: 172, rows: 2, post: 'biased rms', last: 'params', factor: 0.5 },
    { ...usual, k: 64, rows: 3, next: 'none', last: Math.SQRT1_2 },
    { ...usual, k: 64, rows: 3, post: 'rms', next: 'none', perRow: 5 },
    { ...usual, k: 288, rows: 2, add: false, next: 'rms', perRow: 3 },
    { ...usual, k: 96, rows: 3, post: 'rms', next: 'none', streams: 4 },
  ],
  parameters: ({ k, rows, add, factor, gather, last, perRow, streams, ...norms }): AddNormShape => {
    const post = normOf(norms.post, 1e-3);
    const next = norms.next === 'deferred' ? norms.next : normOf(norms.next, 0.1);
    return {
      ...{ k, rows, add, next },
      ...(factor !== 1 && { scale: factor }),
      ...(post && { post }),
      ...(gather && { gather }),
      ...(last !== 1 && { factor: last }),
      ...(perRow !== 1 && { perRow }),
      ...(streams !== 1 && { streams }),
    };
  },
  inputs: ({ scale, mean }) => ({ scale, mean }),
  timed: [{ k: 2048, post: 'rms', next: 'rms' }],
  cost: ({ k }) => ({ bytes: 4 * 6 * k, flops: 10 * k }),
}));
