import { type AltUpShape, altUp, type StretchShape, stretch } from '../../gpu/kernels/altUp.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { correctStreams, predictStreams } from '../../reference/altup.ts';
import { multiply } from '../../reference/blocks/vector.ts';
import { closeStreams, openStreams } from '../../reference/stretch.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { dense, floats, output, rowsOf } from '../contents.ts';
import { joined, numbers, padded, plainStep, rowOf } from '../inputs.ts';

/** Rows of all streams, by row of the batch, as one array each and stream by stream. */
function streamsOf(rows: readonly number[], k: number, nStreams: number, seed: number, scale: number) {
  return rows.map(row => {
    const all = randomValues(k * nStreams, seed + row, scale);
    return { all, each: numbers(nStreams).map(stream => Float64Array.from(rowOf(all, stream, k))) };
  });
}

export const altUpCheck = kernelCheck({
  kernel: altUp,
  usual: { scale: 4 },
  setUp({ parameters, rows, inputs: { scale } }) {
    const { stage, k, nStreams, eps } = parameters;
    const before = streamsOf(rows, k, nStreams, 50, scale);
    const outputs = rows.map(row => randomValues(k, 150 + row, scale));
    const norm = randomValues(k, 1);
    // Modalities of a few tenths, where their tanh is neither linear nor constant.
    const router = randomValues(k * nStreams, 2, 2 * Math.sqrt(k));
    const nCoefficients = stage === 'predict' ? nStreams ** 2 : nStreams;
    const coefficients = randomValues(nCoefficients * nStreams, 3);
    const scales = stage === 'correct' ? randomValues(k, 4) : new Float32Array();
    const rowsOfCoefficients = numbers(nCoefficients).map(c => padded(rowOf(coefficients, c, nStreams)));
    const params = joined([norm, router, ...rowsOfCoefficients, scales]);
    const weights = { eps, norm, router, coefficients };
    const stretches = (all: readonly Float32Array<ArrayBuffer>[], stride: number) =>
      all.map((words, row) => ({ at: row * stride, words }));
    const streams = output(
      rows.length * nStreams * k,
      stretches(
        before.map(({ all }) => all),
        nStreams * k,
      ),
    );
    const x = output(rows.length * k, stage === 'correct' ? stretches(outputs, k) : []);
    return {
      bindings: [dense(plainStep(rows.length)), streams, x, dense(params)],
      grid: () => [rows.length, 1, 1],
      results: () =>
        before.map(({ each }, row) => {
          const after =
            stage === 'predict'
              ? predictStreams(each, weights)
              : correctStreams(each, Float64Array.from(outputs[row]), weights);
          const own = stage === 'predict' ? after[0] : multiply(after[0], scales);
          return [
            floats(streams, row * nStreams * k, joined(after.map(stream => Float32Array.from(stream)))),
            floats(x, row * k, Float32Array.from(own)),
          ];
        }),
    };
  },
});

type AltUpAxes = Pick<AltUpShape, 'stage' | 'k' | 'nStreams' | 'rows'> & { scale: number };

const usualAltUp: AltUpAxes = { stage: 'predict', k: 96, nStreams: 4, rows: 3, scale: 4 };

export const altUpCases = kernelCases(altUpCheck, () => ({
  usual: usualAltUp,
  cases: [
    usualAltUp,
    { ...usualAltUp, stage: 'correct' },
    { ...usualAltUp, k: 32, nStreams: 2, rows: 1 },
    { ...usualAltUp, stage: 'correct', k: 2048, nStreams: 3, rows: 2 },
    // More coefficients than lanes; values beside which the epsilon counts.
    { ...usualAltUp, nStreams: 6, scale: 0.1 },
  ],
  parameters: (axes): AltUpShape => {
    const { stage, k, nStreams, rows } = axes;
    return { stage, k, nStreams, rows, eps: 1e-3 };
  },
  inputs: ({ scale }) => ({ scale }),
  timed: [{ k: 2048, rows: 1 }],
  cost: ({ k, nStreams }) => ({
    bytes: 4 * (4 * nStreams + 2) * k,
    flops: 2 * (nStreams + nStreams ** 2) * k,
  }),
}));

export const stretchCheck = kernelCheck({
  kernel: stretch,
  /** Magnitude of x, and of the products. */
  usual: { scale: 4, ofProducts: 1 },
  setUp({ parameters, rows, inputs: { scale, ofProducts } }) {
    const { stage, k, nStreams } = parameters;
    const firsts = rows.map(row => randomValues(k, 50 + row, scale));
    const products = streamsOf(rows, k, nStreams - 1, 150, ofProducts);
    const placed = (stride: number) => firsts.map((words, row) => ({ at: row * stride, words }));
    const isOpen = stage === 'open';
    const x = output(rows.length * k, isOpen ? placed(k) : []);
    const streams = output(rows.length * nStreams * k, isOpen ? [] : placed(nStreams * k));
    return {
      bindings: [
        dense(plainStep(rows.length)),
        x,
        streams,
        rowsOf(
          products.map(({ all }) => all),
          (nStreams - 1) * k,
        ),
      ],
      grid: () => [rows.length, 1, 1],
      results: () =>
        products.map(({ each }, row) => {
          const first = Float64Array.from(firsts[row]);
          if (!isOpen) return [floats(x, row * k, Float32Array.from(closeStreams(first, each)))];
          const opened = openStreams(first, each).map(stream => Float32Array.from(stream));
          return [floats(streams, row * nStreams * k, joined(opened))];
        }),
    };
  },
});

type StretchAxes = Pick<StretchShape, 'stage' | 'k' | 'nStreams' | 'rows'> & { ofProducts: number };

const usualStretch: StretchAxes = { stage: 'open', k: 96, nStreams: 4, rows: 3, ofProducts: 1 };

export const stretchCases = kernelCases(stretchCheck, () => ({
  usual: usualStretch,
  cases: [
    usualStretch,
    { ...usualStretch, stage: 'close' },
    { ...usualStretch, stage: 'close', k: 2048, nStreams: 2, rows: 2, ofProducts: 1e4 },
    // Products without length.
    { ...usualStretch, k: 32, rows: 1, ofProducts: 0 },
  ],
  parameters: ({ stage, k, nStreams, rows }): StretchShape => ({ stage, k, nStreams, rows }),
  inputs: ({ ofProducts }) => ({ scale: 4, ofProducts }),
}));
