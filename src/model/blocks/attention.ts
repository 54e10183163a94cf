import type { Attention, Layer } from '../../architectures/spec.ts';
import type { GgufTensor } from '../../gguf/index.ts';
import type { Call } from '../../gpu/dispatch.ts';
import { gate } from '../../gpu/kernels/gates.ts';
import type { HeadShape } from '../../gpu/kernels/heads.ts';
import { kShift } from '../../gpu/kernels/kShift.ts';
import { mulMat } from '../../gpu/kernels/mulMat.ts';
import { qkvStore } from '../../gpu/kernels/qkvStore.ts';
import { type MatrixPlan, planMatrices, planMatrix, type Rows } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { Loaded, VectorPlan } from '../weights/tensors.ts';
import { attend, attendScratch } from './attend.ts';
import type { Batches, Block, BlockIo, Scratch } from './block.ts';
import { biasVector, paddedRow, placed, products } from './products.ts';
import { endCalls, endScratch, endVector, inputBuffer } from './residual.ts';
import type { BranchEnd, BranchInput } from './roads.ts';
import { inPairs, pairedValues } from './rotation.ts';

type AttentionTensors = {
  /** attn_q, attn_k, attn_v: one product, or one each if their types differ. */
  readonly qkv: readonly MatrixPlan[];
  readonly qkvBias: VectorPlan | null;
  /** Weights of the norms of queries, then of keys, each padded to whole blocks. */
  readonly qkNorms: VectorPlan | null;
  readonly sinks: VectorPlan | null;
  readonly output: readonly MatrixPlan[];
  readonly outputBias: VectorPlan | null;
  readonly end: VectorPlan | null;
};

/** Attention with its own keys and values, `attn_q`, `attn_k`, `attn_v`, `attn_output`, or with those of an earlier layer. */
export function attentionBlock(
  tensors: TensorFinder,
  nEmbd: number,
  layer: Layer,
  spec: Attention,
  road: { readonly input: BranchInput; readonly end: BranchEnd },
): Block<AttentionTensors> {
  const { prefix } = layer;
  const { nHead, nKvHead, headDim, valueDim } = spec;
  const widths = qkvWidths(spec);
  const named = (name: string) => `${prefix}${name}`;
  const optional = (exists: boolean, name: string, length: number) =>
    exists ? biasVector(named(name), [tensors.findVector(named(name), length)]) : null;
  const isStoredByProduct = storedByProduct(spec, road.input);
  const ownsCache = spec.cacheOf === undefined;
  const cachePrefix = ownsCache ? prefix : `blk.${spec.cacheOf}.`;
  const names = { k: `${cachePrefix}k_cache`, v: `${cachePrefix}v_cache` };
  const outWidth = nHead * valueDim;

  return {
    tensors: {
      qkv: qkvMatrices(tensors, road.input.buffer === 'joined' ? 2 * nEmbd : nEmbd, prefix, spec),
      qkvBias: spec.qkvBias ? qkvBias(tensors, prefix, spec) : null,
      qkNorms: qkNorms(tensors, prefix, spec),
      sinks: optional(spec.sinks, 'attn_sinks.weight', nHead),
      output: [
        planMatrix(named('attn_output.weight'), [
          tensors.find(named('attn_output.weight'), [outWidth, nEmbd]),
        ]),
      ],
      outputBias: optional(spec.outputBias, 'attn_output.bias', nEmbd),
      end: endVector(tensors, road.end),
    },
    streams: ownsCache
      ? [
          { name: names.k, values: nKvHead * headDim },
          { name: names.v, values: nKvHead * valueDim },
        ]
      : [],
    scratch,
    calls: (io, weights) => [
      ...(isStoredByProduct ? fusedQkv(io, weights) : separateQkv(io, weights)),
      ...attended(io, weights),
      ...gateCalls(io),
      ...endCalls(io, road.end, weights.output, io.scratch('attn'), weights.end, weights.outputBias),
    ],
    shift,
  };

  function scratch(batches: Batches): Scratch[] {
    return [
      ...attendScratch(spec, batches),
      ...(isStoredByProduct ? [] : [{ name: 'qkv', values: paddedRow(widths.all) } as const]),
      ...endScratch(road.end),
    ];
  }

  function shift(io: BlockIo): Call[] | null {
    if (!ownsCache) return [];
    const { rope, qkNorm } = spec;
    // A norm with weights after the rotation: cached keys can no longer be re-rotated.
    if (qkNorm?.afterRope && qkNorm.weights !== 'unit') return null;
    const turned = rope && rope.magnitude !== 1 ? { magnitude: rope.magnitude } : {};
    const tables = rope ? [io.ropeTable(rope)] : [];
    return [
      {
        spec: kShift({ ...heads(io), ...turned }),
        buffers: [io.shift, ...tables, io.stream(names.k), io.stream(names.v)],
      },
    ];
  }

  function heads({ cacheType: cache }: BlockIo): HeadShape {
    const nRot = spec.rope?.nRot ?? 0;
    return { nHead, nKvHead, headDim, ...(valueDim !== headDim && { valueDim }), nRot, cache };
  }

  /**
   * Stores queries, keys and values directly from the product: queries where attention reads them, keys and values in the cache.
   */
  function fusedQkv(io: BlockIo, { qkv }: Loaded<AttentionTensors>): Call[] {
    const { rows, tuning, step } = io;
    const { norm } = road.input;
    return placed(qkv).map(({ type: weight, blocks, n, quants, scales, offset: first }) => {
      const epilogue = { kind: 'qkv', heads: heads(io), first } as const;
      const rope = spec.rope ? io.ropeTable(spec.rope) : io.argmax;
      return {
        spec: mulMat({ weight, blocks, n, rows, ...(norm && { norm }), epilogue }, tuning),
        buffers: [
          step,
          quants,
          scales,
          inputBuffer(io, road.input),
          io.scratch('q'),
          rope,
          io.stream(names.k),
          io.stream(names.v),
        ],
      };
    });
  }

  /** Does the same in two steps: the products, then biases, norms and rotation of whole heads. */
  function separateQkv(
    io: BlockIo,
    { qkv, qkvBias: bias, qkNorms: norms }: Loaded<AttentionTensors>,
  ): Call[] {
    const srcStride = paddedRow(widths.all);
    const epilogue = { kind: 'store', dstStride: srcStride, ...(bias && { bias: true as const }) } as const;
    const { qkNorm, temperature, valueEps } = spec;
    const shape = {
      ...{ ...heads(io), valueDim, rows: io.rows, srcStride, qkNorm, temperature },
      ...(!ownsCache && { queriesOnly: true as const }),
      ...(ownsCache && valueEps !== undefined && { valueEps }),
      ...(spec.valuesOfKeys && { valuesOfKeys: { split: pairedValues(spec) } }),
    };
    return [
      ...products(io, qkv, {
        src: inputBuffer(io, road.input),
        norm: road.input.norm,
        epilogue,
        dst: [io.scratch('qkv'), ...(bias ? [bias] : [])],
      }),
      {
        spec: qkvStore(shape, io.tuning),
        buffers: [
          io.step,
          io.scratch('qkv'),
          io.scratch('q'),
          ...(ownsCache ? [io.stream(names.k), io.stream(names.v)] : []),
          ...(spec.rope ? [io.ropeTable(spec.rope)] : []),
          ...(norms ? [norms] : []),
        ],
      },
    ];
  }

  /** Multiplies the heads' outputs by the sigmoids of their gates, which lie behind the values. */
  function gateCalls(io: BlockIo): Call[] {
    if (!spec.gated) return [];
    const gates = {
      activation: 'sigmoid',
      n: widths.gate,
      rows: io.rows,
      srcStride: paddedRow(widths.all),
      offset: widths.all - widths.gate,
      xStride: paddedRow(outWidth),
    } as const;
    return [{ spec: gate(gates), buffers: [io.step, io.scratch('qkv'), io.scratch('attn')] }];
  }

  function attended(io: BlockIo, { sinks }: Loaded<AttentionTensors>): Call[] {
    const { window, softcap, scale } = spec;
    const shape = {
      ...heads(io),
      valueDim,
      scale,
      ...(window !== null && window < io.nCtx && { window }),
      ...(softcap !== null && { softcap }),
    };
    return attend(io, shape, { k: io.stream(names.k), v: io.stream(names.v), sinks });
  }
}

/** Widths of the rows of queries, keys, values and gates that a layer computes, and of all together. */
function qkvWidths({ nHead, nKvHead, headDim, valueDim, gated, cacheOf, valuesOfKeys }: Attention) {
  const ownsCache = cacheOf === undefined;
  const q = nHead * headDim;
  const k = ownsCache ? nKvHead * headDim : 0;
  const v = ownsCache && !valuesOfKeys ? nKvHead * valueDim : 0;
  const gate = gated ? nHead * valueDim : 0;
  return { q, k, v, gate, all: q + k + v + gate };
}

/** Whether the product can store queries, keys and values directly: they are rotated and not changed in any other way. */
function storedByProduct(spec: Attention, { norm }: BranchInput): boolean {
  const { rope, qkvBias, qkNorm, temperature, headDim, valueDim, gated } = spec;
  if (!norm || !rope || qkvBias || qkNorm || temperature || gated) return false;
  if (spec.cacheOf !== undefined || spec.valuesOfKeys || spec.valueEps !== undefined) return false;
  return valueDim === headDim && rope.nRot % 4 === 0;
}

/** One stacked matrix of queries, keys and values, or one each. Rows are reordered so that rotation pairs become neighbours. */
function qkvMatrices(tensors: TensorFinder, nInput: number, prefix: string, spec: Attention): MatrixPlan[] {
  const { q, k, v, gate } = qkvWidths(spec);
  const label = `${prefix}attn_qkv`;
  const order = inPairs(spec);
  if (spec.fusedQkv) {
    const tensor = tensors.find(`${label}.weight`, [nInput, q + k + v]);
    const ofRows = order && ((row: number) => (row < q + k ? order(row) : row));
    return [planMatrix(label, [ordered(tensor, ofRows)])];
  }
  const tensor = (name: string, rows: number) => tensors.find(`${prefix}${name}.weight`, [nInput, rows]);
  const others = [
    ...(k > 0 ? [ordered(tensor('attn_k', k), order)] : []),
    ...(v > 0 ? [tensor('attn_v', v)] : []),
  ];
  if (!spec.gated) return planMatrices(label, [ordered(tensor('attn_q', q), order), ...others]);
  // Each head has its query, then its gate.
  const both = tensor('attn_q', q + gate);
  const { headDim, valueDim } = spec;
  const ofHead = (dim: number, first: number) => (row: number) =>
    Math.floor(row / dim) * (headDim + valueDim) + first + (row % dim);
  const queryRow = ofHead(headDim, 0);
  return planMatrices(label, [
    { tensor: both, firstRow: 0, rows: q, order: row => queryRow(order ? order(row) : row) },
    ...others,
    { tensor: both, firstRow: 0, rows: gate, order: ofHead(valueDim, headDim) },
  ]);
}

/** Rows of a tensor in another order. */
function ordered(tensor: GgufTensor, order: ((row: number) => number) | undefined): Rows {
  return order ? { tensor, firstRow: 0, rows: tensor.nElements / tensor.shape[0], order } : tensor;
}

function qkvBias(tensors: TensorFinder, prefix: string, spec: Attention): VectorPlan {
  const { q, k, v } = qkvWidths(spec);
  const label = `${prefix}attn_qkv.bias`;
  const order = inPairs(spec);
  if (spec.fusedQkv) {
    const tensor = tensors.findVector(label, q + k + v);
    const ofRows = order && ((i: number) => (i < q + k ? order(i) : i));
    return biasVector(label, [tensor], [ofRows]);
  }
  const tensor = (name: string, length: number) => tensors.findVector(`${prefix}${name}.bias`, length);
  const others = [...(k > 0 ? [tensor('attn_k', k)] : []), ...(v > 0 ? [tensor('attn_v', v)] : [])];
  return biasVector(label, [tensor('attn_q', q), ...others], [order, k > 0 ? order : undefined]);
}

function qkNorms(tensors: TensorFinder, prefix: string, spec: Attention): VectorPlan | null {
  const { qkNorm, headDim, nHead, nKvHead } = spec;
  if (!qkNorm || qkNorm.weights === 'unit') return null;
  const order = inPairs(spec);
  const tensor = (name: string, heads: number) => {
    const full = `${prefix}${name}.weight`;
    switch (qkNorm.weights) {
      case 'head':
        return tensors.findVector(full, headDim);
      case 'heads':
        return tensors.findNumbers(full, [headDim, heads]);
      default:
        return tensors.findVector(full, heads * headDim);
    }
  };
  const q = tensor('attn_q_norm', nHead);
  const ofKeys = () => ({ tensor: tensor('attn_k_norm', nKvHead), at: paddedRow(q.nElements), order });
  return {
    label: `${prefix}attn_qk_norm`,
    pieces: [{ tensor: q, at: 0, order }, ...(spec.cacheOf === undefined ? [ofKeys()] : [])],
  };
}
