import type { Layer, Mamba } from '../../architectures/spec.ts';
import { gate } from '../../gpu/kernels/gates.ts';
import { ssmScan, ssmScanInputs } from '../../gpu/kernels/recurrences.ts';
import { ssmConv } from '../../gpu/kernels/ssmConv.ts';
import { type MatrixPlan, planMatrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block } from './block.ts';
import { paddedRow, products } from './products.ts';
import { convInputs, convolveCalls, keepCalls, memoryOf, projectCalls } from './recurrent.ts';
import { endCalls, endScratch, endVector } from './residual.ts';
import type { Road } from './roads.ts';

type MambaTensors = {
  readonly input: readonly MatrixPlan[];
  /** ssm_conv1d, then its bias. */
  readonly taps: VectorPlan;
  /** Rows of ssm_x: those of the step, then those of B and C. */
  readonly low: readonly MatrixPlan[];
  readonly shared: readonly MatrixPlan[];
  readonly step: readonly MatrixPlan[];
  /** ssm_a, ssm_dt.bias, ssm_d. */
  readonly rates: VectorPlan;
  readonly output: readonly MatrixPlan[];
  readonly end: VectorPlan | null;
};

/** Mamba: `ssm_in`, `ssm_conv1d`, `ssm_x`, `ssm_dt`, `ssm_out`. */
export function mambaBlock(
  tensors: TensorFinder,
  nEmbd: number,
  { prefix }: Layer,
  { nInner, nState, nRank, nTaps }: Mamba,
  road: Road,
): Block<MambaTensors> {
  const stride = paddedRow(2 * nInner);
  const innerStride = paddedRow(nInner);
  // Each channel is a head of its own.
  const heads = { nHead: nInner, headDim: 1, nGroup: 1, nState, perState: true };
  const inputs = ssmScanInputs(heads);
  const name = (of: string) => `${prefix}${of}`;
  const matrix = (of: string, k: number, rows: number) =>
    planMatrix(name(of), [tensors.find(name(of), [k, rows])]);
  const made = tensors.find(name('ssm_x.weight'), [nInner, nRank + 2 * nState]);
  const state = name('mamba');

  return {
    tensors: {
      input: [matrix('ssm_in.weight', nEmbd, 2 * nInner)],
      taps: {
        label: name('ssm_conv1d'),
        pieces: [
          { tensor: tensors.findNumbers(name('ssm_conv1d.weight'), [nTaps, nInner]), at: 0 },
          { tensor: tensors.findVector(name('ssm_conv1d.bias'), nInner), at: nTaps * nInner },
        ],
      },
      low: [planMatrix(name('ssm_x.step'), [{ tensor: made, firstRow: 0, rows: nRank }])],
      shared: [planMatrix(name('ssm_x.shared'), [{ tensor: made, firstRow: nRank, rows: 2 * nState }])],
      step: [matrix('ssm_dt.weight', nRank, nInner)],
      rates: {
        label: name('ssm_rates'),
        pieces: [
          { tensor: tensors.findNumbers(name('ssm_a'), [nState, nInner]), at: 0 },
          { tensor: tensors.findVector(name('ssm_dt.bias'), nInner), at: nState * nInner },
          { tensor: tensors.findVector(name('ssm_d'), nInner), at: (nState + 1) * nInner },
        ],
      },
      output: [matrix('ssm_out.weight', nInner, nEmbd)],
      end: endVector(tensors, road.end),
    },
    streams: [],
    carried: {
      name: state,
      conv: { values: nInner, lookBack: nTaps - 1 },
      memory: { inputs, values: nInner * nState },
    },
    scratch: () => [
      { name: 'projected', values: stride },
      { name: 'inputs', values: inputs },
      { name: 'low', values: paddedRow(nRank) },
      { name: 'mixed', values: innerStride },
      { name: 'attn', values: innerStride },
      ...endScratch(road.end),
    ],
    calls: (io, { input, taps, low, shared, step: widening, rates, output, end }) => {
      const { rows, step, nSlots } = io;
      const [projected, row, mixed] = [io.scratch('projected'), io.scratch('inputs'), io.scratch('mixed')];
      const [convolved, lowRow] = [io.scratch('attn'), io.scratch('low')];
      const of = { state, channels: nInner, stride, offset: 0, nTaps, bias: true, passed: 0, inputs };
      const { cells, kept, positions } = memoryOf(io, of);
      const into = (dstStride: number, dstOffset = 0) =>
        ({ kind: 'store', dstStride, ...(dstOffset > 0 && { dstOffset }) }) as const;
      // The products read x in rows of whole blocks, the recurrence reads it beside what they give.
      const conv = { ...convInputs(io, of), taps: nTaps, bias: true, passed: 0, dstStride: innerStride };
      const scan = { ...heads, rows, nSlots, ring: positions, dstStride: innerStride };
      const gates = { n: nInner, rows, srcStride: stride, offset: nInner, xStride: innerStride };
      return [
        ...projectCalls(io, road, input, stride),
        ...convolveCalls(io, of, taps),
        { spec: ssmConv(conv), buffers: [step, projected, io.carried(state).conv.ring, taps, convolved] },
        ...products(io, low, { src: convolved, epilogue: into(paddedRow(nRank)), dst: [lowRow] }),
        ...products(io, shared, { src: convolved, epilogue: into(inputs, nInner), dst: [row] }),
        ...products(io, widening, { src: lowRow, epilogue: into(inputs, nInner + 2 * nState), dst: [row] }),
        { spec: ssmScan(scan), buffers: [step, row, kept, cells, rates, mixed] },
        ...keepCalls(io, of),
        { spec: gate({ ...gates, activation: 'silu' }), buffers: [step, projected, mixed] },
        ...endCalls(io, road.end, output, mixed, end, null),
      ];
    },
    shift: () => null,
  };
}
