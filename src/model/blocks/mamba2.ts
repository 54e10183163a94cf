import type { Layer, Mamba2 } from '../../architectures/spec.ts';
import type { Call } from '../../gpu/dispatch.ts';
import { gate, gatedNorm } from '../../gpu/kernels/gates.ts';
import { ssmScan, ssmScanInputs } from '../../gpu/kernels/recurrences.ts';
import { type MatrixPlan, planMatrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block, BlockIo } from './block.ts';
import { paddedRow } from './products.ts';
import { convolveCalls, keepCalls, memoryOf, projectCalls } from './recurrent.ts';
import { endCalls, endScratch, endVector } from './residual.ts';
import type { Road } from './roads.ts';

type Mamba2Tensors = {
  readonly input: readonly MatrixPlan[];
  /** ssm_conv1d, then its bias. */
  readonly taps: VectorPlan;
  /** ssm_a, ssm_dt.bias, ssm_d. */
  readonly rates: VectorPlan;
  readonly norm: VectorPlan | null;
  readonly output: readonly MatrixPlan[];
  readonly end: VectorPlan | null;
};

/** Mamba-2: `ssm_in`, `ssm_conv1d`, `ssm_norm`, `ssm_out`. */
export function mamba2Block(
  tensors: TensorFinder,
  nEmbd: number,
  { prefix }: Layer,
  mamba: Mamba2,
  road: Road,
): Block<Mamba2Tensors> {
  const { nHead, headDim, nGroup, nState, nTaps, eps } = mamba;
  const nInner = nHead * headDim;
  const channels = nInner + 2 * nGroup * nState;
  const nProjected = nInner + channels + nHead;
  const stride = paddedRow(nProjected);
  const inputs = ssmScanInputs(mamba);
  const name = (of: string) => `${prefix}${of}`;
  const matrix = (of: string, k: number, rows: number) =>
    planMatrix(name(of), [tensors.find(name(of), [k, rows])]);
  const state = name('mamba2');

  return {
    tensors: {
      input: [matrix('ssm_in.weight', nEmbd, nProjected)],
      taps: {
        label: name('ssm_conv1d'),
        pieces: [
          { tensor: tensors.findNumbers(name('ssm_conv1d.weight'), [nTaps, channels]), at: 0 },
          { tensor: tensors.findVector(name('ssm_conv1d.bias'), channels), at: nTaps * channels },
        ],
      },
      rates: {
        label: name('ssm_rates'),
        pieces: [
          { tensor: tensors.findNumbers(name('ssm_a'), [1, nHead]), at: 0 },
          { tensor: tensors.findVector(name('ssm_dt.bias'), nHead), at: nHead },
          { tensor: tensors.findNumbers(name('ssm_d'), [1, nHead]), at: 2 * nHead },
        ],
      },
      norm: eps === null ? null : normWeights(tensors, name('ssm_norm'), nInner / nGroup, nGroup),
      output: [matrix('ssm_out.weight', nInner, nEmbd)],
      end: endVector(tensors, road.end),
    },
    streams: [],
    carried: {
      name: state,
      conv: { values: channels, lookBack: nTaps - 1 },
      memory: { inputs, values: nInner * nState },
    },
    scratch: () => [
      { name: 'projected', values: stride },
      { name: 'inputs', values: inputs },
      { name: 'mixed', values: paddedRow(nInner) },
      { name: 'attn', values: paddedRow(nInner) },
      ...endScratch(road.end),
    ],
    calls: (io, { input, taps, rates, norm, output, end }) => {
      const { rows, step, nSlots } = io;
      const mixed = io.scratch('mixed');
      const of = { state, channels, stride, offset: nInner, nTaps, bias: true, passed: nHead, inputs };
      const { cells, kept, positions } = memoryOf(io, of);
      const scan = { ...mamba, rows, nSlots, ring: positions, dstStride: paddedRow(nInner) };
      return [
        ...projectCalls(io, road, input, stride),
        ...convolveCalls(io, of, taps),
        { spec: ssmScan(scan), buffers: [step, io.scratch('inputs'), kept, cells, rates, mixed] },
        ...keepCalls(io, of),
        ...gateCalls(io, norm),
        ...endCalls(io, road.end, output, norm ? io.scratch('attn') : mixed, end, null),
      ];
    },
    shift: () => null,
  };

  /** Multiplies the outputs by their gates, and normalises them if there is a norm. */
  function gateCalls(io: BlockIo, norm: GPUBuffer | null): Call[] {
    const { rows, step, tuning } = io;
    const [projected, mixed] = [io.scratch('projected'), io.scratch('mixed')];
    const dstStride = paddedRow(nInner);
    if (norm === null || eps === null) {
      const shape = { n: nInner, rows, srcStride: stride, offset: 0, xStride: dstStride } as const;
      return [{ spec: gate({ ...shape, activation: 'silu' }), buffers: [step, projected, mixed] }];
    }
    const shape = {
      width: nInner / nGroup,
      groups: nGroup,
      rows,
      srcStride: dstStride,
      gateStride: stride,
      offset: 0,
      dstStride,
      eps,
      gateFirst: true,
      ownWeights: true,
    };
    return [{ spec: gatedNorm(shape, tuning), buffers: [step, mixed, projected, norm, io.scratch('attn')] }];
  }
}

function normWeights(tensors: TensorFinder, label: string, width: number, groups: number): VectorPlan {
  return { label, pieces: [{ tensor: tensors.findNumbers(`${label}.weight`, [width, groups]), at: 0 }] };
}
