import { type GatedNormShape, type GateShape, gate, gatedNorm } from '../../gpu/kernels/gates.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { gate as gateTwin } from '../../reference/gate.ts';
import { gatedNorm as normTwin } from '../../reference/gatedNorm.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { dense, floats, output, rowsOf } from '../contents.ts';
import { numbers, plainStep } from '../inputs.ts';

export const gatedNormCheck = kernelCheck({
  kernel: gatedNorm,
  usual: { scale: 4 },
  setUp({ parameters, spec, rows, inputs: { scale } }) {
    const { width, groups, srcStride, gateStride, offset, dstStride, ownWeights } = parameters;
    const n = width * groups;
    const x = rows.map(row => randomValues(n, 50 + row, scale));
    const z = rows.map(row => randomValues(n, 150 + row, scale));
    const weights = randomValues(ownWeights ? n : width, 49);
    const dst = output(rows.length * dstStride);
    return {
      bindings: [
        dense(plainStep(rows.length)),
        rowsOf(x, srcStride),
        rowsOf(z, gateStride, offset),
        dense(weights),
        dst,
      ],
      grid: () => [spec.workgroups[0], rows.length, 1],
      results: () =>
        rows.map((_, row) =>
          numbers(groups).map(group => {
            const part = (of: Float32Array) =>
              Float64Array.from(of.subarray(group * width, (group + 1) * width));
            const from = ownWeights ? group * width : 0;
            const own = normTwin(
              part(x[row]),
              part(z[row]),
              weights.subarray(from, from + width),
              parameters,
            );
            return floats(dst, row * dstStride + group * width, Float32Array.from(own));
          }),
        ),
    };
  },
});

export const gateCheck = kernelCheck({
  kernel: gate,
  usual: { scale: 4 },
  setUp({ parameters, spec, rows, inputs: { scale } }) {
    const { activation, n, srcStride, offset, xStride } = parameters;
    const values = rows.map(row => randomValues(n, 50 + row, scale));
    const gates = rows.map(row => randomValues(n, 150 + row, scale));
    const x = output(
      rows.length * xStride,
      values.map((words, row) => ({ at: row * xStride, words })),
    );
    return {
      bindings: [dense(plainStep(rows.length)), rowsOf(gates, srcStride, offset), x],
      grid: () => [spec.workgroups[0], rows.length, 1],
      results: () =>
        rows.map((_, row) => [
          floats(
            x,
            row * xStride,
            Float32Array.from(
              gateTwin(Float64Array.from(values[row]), Float64Array.from(gates[row]), activation),
            ),
          ),
        ]),
    };
  },
});

type NormAxes = Pick<GatedNormShape, 'width' | 'groups' | 'gateFirst' | 'ownWeights' | 'rows'> & {
  scale: number;
};

const usualNorm: NormAxes = { width: 33, groups: 3, gateFirst: false, ownWeights: false, rows: 4, scale: 2 };

export const gatedNormCases = kernelCases(gatedNormCheck, () => ({
  usual: usualNorm,
  cases: [
    usualNorm,
    { ...usualNorm, width: 128, rows: 1 },
    { ...usualNorm, gateFirst: true, ownWeights: true },
    // exp overflows from 88 on.
    { ...usualNorm, scale: 300 },
  ],
  parameters: ({ scale: _, ...axes }): GatedNormShape => {
    const n = axes.width * axes.groups;
    return { ...axes, srcStride: n + 1, gateStride: 2 * n + 5, offset: n, dstStride: n + 2, eps: 1e-5 };
  },
  inputs: ({ scale }) => ({ scale }),
}));

type GateAxes = Pick<GateShape, 'activation' | 'n' | 'rows'> & { scale: number };

const usualGate: GateAxes = { activation: 'sigmoid', n: 70, rows: 3, scale: 4 };

export const gateCases = kernelCases(gateCheck, () => ({
  usual: usualGate,
  cases: [
    usualGate,
    { ...usualGate, n: 1, rows: 1 },
    { ...usualGate, scale: 300 },
    { ...usualGate, activation: 'silu' },
    { ...usualGate, activation: 'identity' },
  ],
  parameters: ({ activation, n, rows }): GateShape => ({
    activation,
    n,
    rows,
    srcStride: 2 * n + 1,
    offset: n,
    xStride: n + 3,
  }),
  inputs: ({ scale }) => ({ scale }),
}));
