import type { ExpertFfn, Layer, SharedExpert } from '../../architectures/spec.ts';
import type { Call } from '../../gpu/dispatch.ts';
import { addExperts } from '../../gpu/kernels/addExperts.ts';
import { sortChoices, sortedWords, sortsChoices, sumsApart } from '../../gpu/kernels/choices.ts';
import type { DeferredNorm } from '../../gpu/kernels/deferredNorm.ts';
import { type ExpertSum, mulMatId } from '../../gpu/kernels/mulMatId.ts';
import { router } from '../../gpu/kernels/router.ts';
import { swiglu } from '../../gpu/kernels/swiglu.ts';
import { assert } from '../../util/assert.ts';
import { ForetokenError } from '../../util/errors.ts';
import { type MatrixPlan, planMatrices, planMatrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { Loaded, VectorPlan } from '../weights/tensors.ts';
import type { Batches, Block, BlockIo, Scratch } from './block.ts';
import { biasVector, gatedApart, isGrouped, paddedRow, placed, products } from './products.ts';
import { branchRows, endScratch, endVector, inputBuffer, joinCalls } from './residual.ts';
import type { BranchEnd, BranchInput } from './roads.ts';

type ExpertTensors = {
  readonly gateInp: readonly MatrixPlan[];
  /** Biases of the router, then those that only affect the choice, then factors of outputs, each padded to whole blocks. */
  readonly routerBias: VectorPlan | null;
  /** Groups: all experts' gates, then all their ups. One matrix each if their types differ. */
  readonly gateUp: readonly MatrixPlan[];
  readonly gateUpBias: VectorPlan | null;
  /** Groups: the experts. */
  readonly down: readonly MatrixPlan[];
  readonly downBias: VectorPlan | null;
  /** Shared expert: gate and up as two groups, down, and the row that weighs it. Empty without a shared expert. */
  readonly sharedUp: readonly MatrixPlan[];
  readonly sharedDown: readonly MatrixPlan[];
  readonly sharedGate: readonly MatrixPlan[];
  readonly end: VectorPlan | null;
};

/** Mixture of experts, with or without a shared expert. The router reads `routed`; by default, the experts' input. */
export function expertBlock(
  tensors: TensorFinder,
  nEmbd: number,
  { prefix }: Layer,
  spec: ExpertFfn,
  road: { readonly input: BranchInput; readonly routed?: BranchInput; readonly end: BranchEnd },
): Block<ExpertTensors> {
  const { nExperts, nUsed, nFf, shared } = spec;
  const routed = road.routed ?? road.input;
  // The router folds the factors into the weights, which then must not multiply inputs.
  assert(!spec.downScale || !spec.weighsInput, 'factors of the outputs of experts whose inputs are weighed');
  const stride = paddedRow(nFf);
  const gateUp = gateUpMatrices(tensors, nEmbd, prefix, spec);
  const isFused = isGrouped(gateUp, 2 * nExperts);
  if (!isFused && (spec.bias || spec.weighsInput)) {
    throw new ForetokenError(
      'unsupported_model',
      `${prefix}ffn_gate_exps is ${gateUp[0]?.type} but ${prefix}ffn_up_exps is ${gateUp[1]?.type}; with biases or weighted inputs they have to be the same: choose another quantization of this model`,
    );
  }
  // The last product adds to the residual stream itself if nothing else happens to the branch.
  const isSummedInPlace = road.end.fused && !shared && !spec.bias && !spec.weighsInput;
  const ofShared = sharedMatrices(tensors, nEmbd, prefix, shared);
  const isSharedFused = isGrouped(ofShared.sharedUp, 2);
  const sharedWidth = shared?.nFf ?? 0;

  return {
    tensors: {
      gateInp: [
        planMatrix(`${prefix}ffn_gate_inp`, [
          tensors.find(`${prefix}ffn_gate_inp.weight`, [nEmbd, nExperts]),
        ]),
      ],
      routerBias: routerBiases(tensors, prefix, spec),
      gateUp,
      gateUpBias: spec.bias
        ? expertBiases(tensors, prefix, ['ffn_gate_exps', 'ffn_up_exps'], nFf, nExperts)
        : null,
      down: [
        planMatrix(
          `${prefix}ffn_down_exps`,
          [tensors.find(`${prefix}ffn_down_exps.weight`, [nFf, nEmbd, nExperts])],
          nExperts,
        ),
      ],
      downBias: spec.bias ? expertBiases(tensors, prefix, ['ffn_down_exps'], nEmbd, nExperts) : null,
      ...ofShared,
      end: endVector(tensors, road.end),
    },
    streams: [],
    scratch,
    calls: (io, weights) => [
      routerCall(io, weights),
      ...sorted(io),
      ...activated(io, weights),
      ...(isSummedInPlace ? summedInPlace(io, weights) : summedApart(io, weights)),
    ],
    shift: () => [],
  };

  function scratch({ maxRows, tuning }: Batches): Scratch[] {
    const counts = { nExperts, nUsed, rows: maxRows };
    return [
      { name: 'ffn', values: nUsed * stride },
      { name: 'chosen', values: 2 * nUsed },
      { name: 'sorted', values: tuning.lanes === 1 ? 0 : sortedWords(nUsed) },
      { name: 'products', values: sumsApart(counts, tuning) ? nUsed * paddedRow(nEmbd) : 0 },
      {
        name: 'gateUp',
        values: Math.max(isFused ? 0 : nUsed * 2 * nFf, isSharedFused ? 0 : 2 * sharedWidth),
      },
      { name: 'shared', values: paddedRow(sharedWidth) },
      { name: 'sharedGate', values: shared?.gated ? 1 : 0 },
      ...(isSummedInPlace ? [] : endScratch({ ...road.end, fused: false })),
    ];
  }

  function normed(): { readonly norm?: DeferredNorm } {
    return road.input.norm ? { norm: road.input.norm } : {};
  }

  function routerCall(io: BlockIo, { gateInp, routerBias }: Loaded<ExpertTensors>): Call {
    const [{ type: weight, blocks, quants, scales }] = gateInp;
    const { gating, normalise, weightScale, groups, selectionBias } = spec;
    const shape = {
      weight,
      blocks,
      ...(routed.norm && { norm: routed.norm }),
      nExperts,
      nUsed,
      rows: io.rows,
      gating,
      normalise,
      weightScale,
      groups,
      selectionBias,
      routerBias: spec.routerBias,
      ...(spec.downScale && { outputScale: true }),
    };
    const src = inputBuffer(io, routed);
    const buffers = [io.step, quants, scales, src, io.scratch('chosen'), ...(routerBias ? [routerBias] : [])];
    return { spec: router(shape, io.tuning), buffers };
  }

  /** Sorts the choices of a batch in which rows share experts. */
  function sorted(io: BlockIo): Call[] {
    const counts = { nExperts, nUsed, rows: io.rows };
    if (!sortsChoices(counts, io.tuning)) return [];
    return [
      {
        spec: sortChoices({ batch: counts }),
        buffers: [io.step, io.scratch('chosen'), io.scratch('sorted')],
      },
    ];
  }

  /** Buffers of the choices, as products of choices take them. */
  function choices(io: BlockIo, bias: GPUBuffer | null = null): GPUBuffer[] {
    return [
      io.scratch('chosen'),
      ...(bias ? [bias] : []),
      ...(io.tuning.lanes === 1 ? [] : [io.scratch('sorted')]),
    ];
  }

  /** Computes activation(gate · x) ∘ (up · x) of the chosen experts into the rows of `ffn`. */
  function activated(io: BlockIo, weights: Loaded<ExpertTensors>): Call[] {
    const { step, rows, tuning } = io;
    const [src, ffn] = [inputBuffer(io, road.input), io.scratch('ffn')];
    const counts = { nExperts, nUsed, rows };
    if (isFused) {
      const bias = weights.gateUpBias;
      const stage = {
        kind: 'gate_up',
        ...normed(),
        ...gatedBy(spec),
        ...(bias && { bias: { rows: nFf } }),
        ...(spec.weighsInput && { weighsInput: true as const }),
      } as const;
      return placed(weights.gateUp).map(({ type: weight, blocks, n, quants, scales, offset: dstOffset }) => ({
        spec: mulMatId(
          { stage, weight, blocks, n, dst: { dstStride: stride, dstOffset }, ...counts },
          tuning,
        ),
        buffers: [step, quants, scales, src, ffn, ...choices(io, bias)],
      }));
    }
    const gateUpRows = io.scratch('gateUp');
    const stage = { kind: 'store', ...normed() } as const;
    const stacked = placed(weights.gateUp).map(
      ({ type: weight, blocks, n, quants, scales, offset: dstOffset }): Call => ({
        spec: mulMatId(
          { stage, weight, blocks, n, dst: { dstStride: 2 * nFf, dstOffset }, ...counts },
          tuning,
        ),
        buffers: [step, quants, scales, src, gateUpRows, ...choices(io)],
      }),
    );
    const shape = {
      n: nFf,
      rows,
      srcStride: 2 * nFf,
      dstStride: stride,
      perRow: nUsed,
      ...gatedBy(spec),
    };
    return [...stacked, { spec: swiglu(shape), buffers: [step, gateUpRows, ffn] }];
  }

  /** Adds the weighted sum of the experts to the residual stream, and defers its norm. */
  function summedInPlace(io: BlockIo, weights: Loaded<ExpertTensors>): Call[] {
    const { scale } = road.end;
    const stage = { kind: 'down', ...(scale !== 1 && { scale }) } as const;
    return summed(io, weights, stage, io.x, [weights.end ?? io.xNorm, io.xNorm]);
  }

  /** Writes the weighted sum to separate rows, adds the shared expert, and then adds those rows to the residual stream. */
  function summedApart(io: BlockIo, weights: Loaded<ExpertTensors>): Call[] {
    const bias = weights.downBias;
    const stage = {
      kind: 'down_store',
      weighted: !spec.weighsInput,
      ...(bias && { bias: { rows: nEmbd } }),
    } as const;
    const experts = summed(io, weights, stage, branchRows(io, road.end), bias ? [bias] : []);
    return [...experts, ...sharedCalls(io, weights), ...joinCalls(io, road.end, weights.end)];
  }

  /** Sums down · h over the experts of each row into `dst`; `others` are the further buffers of the stage. */
  function summed(
    io: BlockIo,
    { down }: Loaded<ExpertTensors>,
    stage: ExpertSum,
    dst: GPUBuffer,
    others: readonly GPUBuffer[],
  ): Call[] {
    const { step, rows, tuning } = io;
    const counts = { nExperts, nUsed, rows };
    const [h, chosen] = [io.scratch('ffn'), io.scratch('chosen')];
    const dstStride = paddedRow(nEmbd);
    const isApart = sumsApart(counts, tuning);
    const ofChoices = { kind: 'store', ofChoices: true } as const;
    const each = placed(down).map(({ type: weight, blocks, n, quants, scales, offset: dstOffset }): Call => {
      const shape = { weight, blocks, n, dst: { dstStride, dstOffset }, ...counts };
      const given = [step, quants, scales, h];
      if (isApart) {
        const buffers = [...given, io.scratch('products'), ...choices(io)];
        return { spec: mulMatId({ ...shape, stage: ofChoices }, tuning), buffers };
      }
      const last = stage.kind === 'down' ? [...others, chosen] : [chosen, ...others];
      return { spec: mulMatId({ ...shape, stage }, tuning), buffers: [...given, dst, ...last] };
    });
    if (!isApart) return each;
    const spec = addExperts({ stage, n: nEmbd, srcStride: dstStride, dst: { dstStride }, nUsed, rows });
    return [...each, { spec, buffers: [step, io.scratch('products'), chosen, dst, ...others] }];
  }

  function sharedCalls(io: BlockIo, { sharedUp, sharedDown, sharedGate }: Loaded<ExpertTensors>): Call[] {
    if (!shared) return [];
    const input = { src: inputBuffer(io, road.input), norm: road.input.norm };
    const [h, gate] = [io.scratch('shared'), sharedGate.length > 0 ? io.scratch('sharedGate') : null];
    const dstStride = paddedRow(shared.nFf);
    const weigh = gate
      ? products(io, sharedGate, { ...input, epilogue: { kind: 'store', dstStride: 1 }, dst: [gate] })
      : [];
    const up = isGrouped(sharedUp, 2)
      ? products(io, sharedUp, { ...input, epilogue: { kind: 'swiglu', dstStride }, dst: [h] })
      : gatedApart(io, sharedUp, input, shared.nFf, h);
    const epilogue = {
      kind: 'accumulate',
      dstStride: paddedRow(nEmbd),
      ...(gate && { gate: true as const }),
    } as const;
    const dst = [branchRows(io, road.end), ...(gate ? [gate] : [])];
    return [...weigh, ...up, ...products(io, sharedDown, { src: h, epilogue, dst })];
  }
}

/** Activation of a gated product as an option of its kernel; silu is the default. */
function gatedBy({ activation }: ExpertFfn): { readonly activation?: 'gelu' | 'oai' } {
  if (activation === 'silu') return {};
  assert(activation !== 'relu2', 'a gate activated by relu2');
  return { activation };
}

/** Gates of all experts, then all their ups, as groups of one matrix if their types agree. */
function gateUpMatrices(
  tensors: TensorFinder,
  nEmbd: number,
  prefix: string,
  { fusedGateUp, nFf, nExperts }: ExpertFfn,
): MatrixPlan[] {
  const label = `${prefix}ffn_gate_up_exps`;
  if (fusedGateUp) {
    const tensor = tensors.find(`${label}.weight`, [nEmbd, 2 * nFf, nExperts]);
    const halves = [0, nFf].flatMap(half =>
      Array.from({ length: nExperts }, (_, expert) => ({
        tensor,
        firstRow: expert * 2 * nFf + half,
        rows: nFf,
      })),
    );
    return [planMatrix(label, halves, 2 * nExperts)];
  }
  const rows = (name: string) => tensors.find(`${prefix}${name}.weight`, [nEmbd, nFf, nExperts]);
  return planMatrices(label, [rows('ffn_gate_exps'), rows('ffn_up_exps')], 2 * nExperts);
}

/** Biases of all experts, [expert][row] of each tensor, one tensor after the other. */
function expertBiases(
  tensors: TensorFinder,
  prefix: string,
  names: readonly string[],
  n: number,
  nExperts: number,
): VectorPlan {
  const found = names.map(name => tensors.findNumbers(`${prefix}${name}.bias`, [n, nExperts]));
  return biasVector(`${prefix}${names[0]}.bias`, found);
}

function routerBiases(
  tensors: TensorFinder,
  prefix: string,
  { routerBias, selectionBias, downScale, nExperts }: ExpertFfn,
): VectorPlan | null {
  const names = [
    ...(routerBias ? [`${prefix}ffn_gate_inp.bias`] : []),
    ...(selectionBias ? [`${prefix}exp_probs_b.bias`] : []),
    ...(downScale ? [`${prefix}ffn_down_exps.scale`] : []),
  ];
  if (names.length === 0) return null;
  const pieces = names.map((name, i) => ({
    tensor: tensors.findVector(name, nExperts),
    at: i * paddedRow(nExperts),
  }));
  return { label: `${prefix}router.bias`, pieces };
}

function sharedMatrices(
  tensors: TensorFinder,
  nEmbd: number,
  prefix: string,
  shared: SharedExpert | null,
): Pick<ExpertTensors, 'sharedUp' | 'sharedDown' | 'sharedGate'> {
  if (!shared) return { sharedUp: [], sharedDown: [], sharedGate: [] };
  const { nFf, gated } = shared;
  const rows = (name: string, shape: readonly number[]) => tensors.find(`${prefix}${name}.weight`, shape);
  return {
    sharedUp: planMatrices(
      `${prefix}ffn_gate_up_shexp`,
      [rows('ffn_gate_shexp', [nEmbd, nFf]), rows('ffn_up_shexp', [nEmbd, nFf])],
      2,
    ),
    sharedDown: [planMatrix(`${prefix}ffn_down_shexp`, [rows('ffn_down_shexp', [nFf, nEmbd])])],
    sharedGate: gated
      ? [planMatrix(`${prefix}ffn_gate_inp_shexp`, [rows('ffn_gate_inp_shexp', [nEmbd])])]
      : [],
  };
}
