import type { DenseFfn, Layer, Xielu } from '../../architectures/spec.ts';
import type { Call } from '../../gpu/dispatch.ts';
import { xielu } from '../../gpu/kernels/xielu.ts';
import { assert } from '../../util/assert.ts';
import { type MatrixPlan, planMatrices, planMatrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { Loaded, VectorPlan } from '../weights/tensors.ts';
import type { Block, BlockIo } from './block.ts';
import { biasVector, gatedApart, isGrouped, paddedRow, products } from './products.ts';
import { endCalls, endScratch, endVector, inputBuffer } from './residual.ts';
import type { BranchEnd, BranchInput } from './roads.ts';

type DenseTensors = {
  /**
   * gate and up: a matrix of two groups, of one group before a sparse gate, or one matrix each if their types differ. Only up if there is
   * no gate.
   */
  readonly up: readonly MatrixPlan[];
  readonly upBias: VectorPlan | null;
  readonly xielu: VectorPlan | null;
  readonly down: readonly MatrixPlan[];
  readonly downBias: VectorPlan | null;
  readonly end: VectorPlan | null;
};

/** A feed-forward: `ffn_gate`, `ffn_up`, `ffn_down`. */
export function denseBlock(
  tensors: TensorFinder,
  nEmbd: number,
  { prefix }: Layer,
  spec: DenseFfn,
  road: { readonly input: BranchInput; readonly end: BranchEnd },
): Block<DenseTensors> {
  const { nFf, gate, upBias, downBias, sparsity } = spec;
  const activation = spec.activation;
  const stride = paddedRow(nFf);
  const up = upMatrices(tensors, nEmbd, prefix, spec);
  const byProduct =
    gate === 'none' && typeof activation === 'string' && activation !== 'oai' ? activation : null;
  const isFused = gate !== 'none' && isGrouped(up, 2);

  return {
    tensors: {
      up,
      upBias: upBias ? upBiases(tensors, prefix, spec) : null,
      xielu: typeof activation === 'string' ? null : xieluConstants(`${prefix}ffn_xielu`, activation),
      down: [
        planMatrix(`${prefix}ffn_down.weight`, [tensors.find(`${prefix}ffn_down.weight`, [nFf, nEmbd])]),
      ],
      downBias: downBias
        ? biasVector(`${prefix}ffn_down.bias`, [tensors.findVector(`${prefix}ffn_down.bias`, nEmbd)])
        : null,
      end: endVector(tensors, road.end),
    },
    streams: [],
    scratch: () => [
      { name: 'ffn', values: stride },
      { name: 'gateUp', values: isFused || byProduct ? 0 : 2 * nFf },
      ...endScratch(road.end),
    ],
    calls: (io, weights) => [
      ...activated(io, weights),
      ...endCalls(io, road.end, weights.down, io.scratch('ffn'), weights.end, weights.downBias),
    ],
    shift: () => [],
  };

  /** Computes activation(gate · x) ∘ (up · x), or activation(up · x), into the rows of `ffn`. */
  function activated(
    io: BlockIo,
    { up: matrices, upBias: bias, xielu: constants }: Loaded<DenseTensors>,
  ): Call[] {
    const input = { src: inputBuffer(io, road.input), norm: road.input.norm };
    const biases = bias ? [bias] : [];
    const ffn = io.scratch('ffn');
    if (isFused) {
      const epilogue = {
        kind: 'swiglu',
        dstStride: stride,
        ...gatedBy(activation),
        ...(bias && { bias: { up: nFf } }),
      } as const;
      return products(io, matrices, { ...input, epilogue, dst: [ffn, ...biases] });
    }
    const withBias = bias ? { bias: true as const } : {};
    if (byProduct) {
      const epilogue = { kind: 'store', dstStride: stride, ...withBias, activation: byProduct } as const;
      return products(io, matrices, { ...input, epilogue, dst: [ffn, ...biases] });
    }
    if (!constants)
      return gatedApart(io, matrices, input, nFf, ffn, { bias, sparsity, ...gatedBy(activation) });
    const up = io.scratch('gateUp');
    const epilogue = { kind: 'store', dstStride: nFf, ...withBias } as const;
    const shape = { n: nFf, rows: io.rows, srcStride: nFf, dstStride: stride };
    return [
      ...products(io, matrices, { ...input, epilogue, dst: [up, ...biases] }),
      { spec: xielu(shape), buffers: [io.step, up, constants, ffn] },
    ];
  }
}

/** Activation of a gated product as an option of its kernel; silu is the default. */
function gatedBy(activation: DenseFfn['activation']): { readonly activation?: 'gelu' } {
  if (activation === 'silu') return {};
  assert(activation === 'gelu', () => `a gate activated by ${JSON.stringify(activation)}`);
  return { activation };
}

function upMatrices(
  tensors: TensorFinder,
  nEmbd: number,
  prefix: string,
  { gate, nFf, sparsity }: DenseFfn,
): MatrixPlan[] {
  // A sparse gate needs its whole row before it multiplies, so no product can multiply both.
  const nGroups = sparsity === undefined ? 2 : 1;
  const rows = (name: string, n: number) => tensors.find(`${prefix}${name}.weight`, [nEmbd, n]);
  switch (gate) {
    case 'separate':
      return planMatrices(`${prefix}ffn_gate_up`, [rows('ffn_gate', nFf), rows('ffn_up', nFf)], nGroups);
    case 'fused':
      return [planMatrix(`${prefix}ffn_up.weight`, [rows('ffn_up', 2 * nFf)], nGroups)];
    case 'none':
      return [planMatrix(`${prefix}ffn_up.weight`, [rows('ffn_up', nFf)])];
  }
}

/** Biases of gate, then of up. */
function upBiases(tensors: TensorFinder, prefix: string, { gate, nFf }: DenseFfn): VectorPlan {
  const bias = (name: string, length: number) => tensors.findVector(`${prefix}${name}.bias`, length);
  const label = `${prefix}ffn_up.bias`;
  switch (gate) {
    case 'separate':
      return biasVector(label, [bias('ffn_gate', nFf), bias('ffn_up', nFf)]);
    case 'fused':
      return biasVector(label, [bias('ffn_up', 2 * nFf)]);
    case 'none':
      return biasVector(label, [bias('ffn_up', nFf)]);
  }
}

/** Constants in the kernel's form: the file stores alpha_p and alpha_n before their softplus. */
function xieluConstants(label: string, { alphaP, alphaN, beta, eps }: Xielu): VectorPlan {
  const softplus = (x: number) => (x > 20 ? x : Math.log1p(Math.exp(x)));
  return { label, pieces: [], constants: [softplus(alphaP), beta + softplus(alphaN), beta, eps] };
}
