import type { DeltaNet, Layer } from '../../architectures/spec.ts';
import type { GgufTensor } from '../../gguf/index.ts';
import { gatedNorm } from '../../gpu/kernels/gates.ts';
import { deltaNetInputs, gatedDeltaNet } from '../../gpu/kernels/recurrences.ts';
import { type MatrixPlan, planMatrices, planMatrix, type Rows } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block } from './block.ts';
import { paddedRow } from './products.ts';
import { convolveCalls, keepCalls, memoryOf, projectCalls } from './recurrent.ts';
import { endCalls, endScratch, endVector } from './residual.ts';
import type { Road } from './roads.ts';

type DeltaNetTensors = {
  /** attn_qkv, b and a of the value heads, attn_gate: one product, or one each if their types differ. */
  readonly input: readonly MatrixPlan[];
  readonly taps: VectorPlan;
  /** ssm_a, then ssm_dt.bias. */
  readonly rates: VectorPlan;
  readonly norm: VectorPlan;
  readonly output: readonly MatrixPlan[];
  readonly end: VectorPlan | null;
};

/** Gated delta net: `attn_qkv`, `attn_gate`, `ssm_alpha` and `ssm_beta` (or `ssm_ba`), `ssm_conv1d`, `ssm_out`. */
export function deltaNetBlock(
  tensors: TensorFinder,
  nEmbd: number,
  { prefix }: Layer,
  net: DeltaNet,
  road: Road,
): Block<DeltaNetTensors> {
  const { nKeyHead, nValueHead, keyDim, valueDim, nTaps, eps, keyOf } = net;
  const nOut = nValueHead * valueDim;
  const channels = 2 * nKeyHead * keyDim + nOut;
  const stride = paddedRow(channels + 2 * nValueHead + nOut);
  const inputs = deltaNetInputs(net);
  const name = (of: string) => `${prefix}${of}`;
  const state = name('delta_net');

  return {
    tensors: {
      input: planMatrices(name('delta_net_in'), [
        tensors.find(name('attn_qkv.weight'), [nEmbd, channels]),
        ...rateRows(tensors, nEmbd, prefix, net),
        tensors.find(name('attn_gate.weight'), [nEmbd, nOut]),
      ]),
      taps: {
        label: name('ssm_conv1d'),
        pieces: [{ tensor: tensors.findNumbers(name('ssm_conv1d.weight'), [nTaps, channels]), at: 0 }],
      },
      rates: {
        label: name('ssm_rates'),
        pieces: [
          { tensor: tensors.findVector(name('ssm_a'), nValueHead), at: 0 },
          { tensor: tensors.findVector(name('ssm_dt.bias'), nValueHead), at: nValueHead },
        ],
      },
      norm: {
        label: name('ssm_norm'),
        pieces: [{ tensor: tensors.findVector(name('ssm_norm.weight'), valueDim), at: 0 }],
      },
      output: [planMatrix(name('ssm_out.weight'), [tensors.find(name('ssm_out.weight'), [nOut, nEmbd])])],
      end: endVector(tensors, road.end),
    },
    streams: [],
    carried: {
      name: state,
      conv: { values: channels, lookBack: nTaps - 1 },
      memory: { inputs, values: nValueHead * keyDim * valueDim },
    },
    scratch: () => [
      { name: 'projected', values: stride },
      { name: 'inputs', values: inputs },
      { name: 'mixed', values: nOut },
      { name: 'attn', values: paddedRow(nOut) },
      ...endScratch(road.end),
    ],
    calls: (io, { input, taps, rates, norm, output, end }) => {
      const { rows, step, nSlots, tuning } = io;
      const [projected, mixed, normed] = [io.scratch('projected'), io.scratch('mixed'), io.scratch('attn')];
      const of = { state, channels, stride, offset: 0, nTaps, bias: false, passed: 2 * nValueHead, inputs };
      const { cells, kept, positions } = memoryOf(io, of);
      const scan = { ...net, byGroup: keyOf === 'group', rows, nSlots, ring: positions, dstStride: nOut };
      const gates = {
        width: valueDim,
        groups: nValueHead,
        rows,
        srcStride: nOut,
        gateStride: stride,
        offset: channels + 2 * nValueHead,
        dstStride: paddedRow(nOut),
        eps,
        gateFirst: false,
        ownWeights: false,
      };
      return [
        ...projectCalls(io, road, input, stride),
        ...convolveCalls(io, of, taps),
        {
          spec: gatedDeltaNet(scan),
          buffers: [step, io.scratch('inputs'), kept, cells, rates, mixed],
        },
        ...keepCalls(io, of),
        { spec: gatedNorm(gates, tuning), buffers: [step, mixed, projected, norm, normed] },
        ...endCalls(io, road.end, output, normed, end, null),
      ];
    },
    shift: () => null,
  };
}

/** Rows that give b of all value heads, then a. */
function rateRows(
  tensors: TensorFinder,
  nEmbd: number,
  prefix: string,
  { rates, nKeyHead, nValueHead }: DeltaNet,
): Rows[] {
  const find = (name: string, rows: number): GgufTensor =>
    tensors.find(`${prefix}${name}.weight`, [nEmbd, rows]);
  if (rates === 'apart') return [find('ssm_beta', nValueHead), find('ssm_alpha', nValueHead)];
  const tensor = find('ssm_ba', 2 * nValueHead);
  const share = nValueHead / nKeyHead;
  const order = (row: number) => {
    const [second, head] = [Math.floor(row / nValueHead), row % nValueHead];
    return share * (2 * Math.floor(head / share) + second) + (head % share);
  };
  return [{ tensor, firstRow: 0, rows: 2 * nValueHead, order }];
}
