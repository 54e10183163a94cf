import type { LatentAttention, Layer } from '../../architectures/spec.ts';
import type { Call } from '../../gpu/dispatch.ts';
import { addNorm } from '../../gpu/kernels/addNorm.ts';
import { kShift } from '../../gpu/kernels/kShift.ts';
import { latentStore } from '../../gpu/kernels/latentStore.ts';
import { type MatrixPlan, planMatrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { Loaded, VectorPlan } from '../weights/tensors.ts';
import { attend, attendScratch } from './attend.ts';
import type { Block, BlockIo } from './block.ts';
import { biasVector, paddedRow, products } from './products.ts';
import { endCalls, endScratch, endVector, inputBuffer } from './residual.ts';
import type { BranchEnd, BranchInput } from './roads.ts';

type LatentTensors = {
  /** `attn_q`, or `attn_q_a` with its norm and `attn_q_b`. */
  readonly q: readonly MatrixPlan[];
  readonly qLow: readonly MatrixPlan[];
  readonly qLowNorm: VectorPlan | null;
  readonly kv: readonly MatrixPlan[];
  readonly kvNorm: VectorPlan;
  /** Groups: the heads. */
  readonly intoLatent: readonly MatrixPlan[];
  readonly outOfLatent: readonly MatrixPlan[];
  readonly output: readonly MatrixPlan[];
  readonly end: VectorPlan | null;
};

/**
 * Multi-head latent attention. All heads share one key (the latent, then the rotated part) and one value (the latent), so a
 * position stores one row in the cache. Each head maps its queries into the latent space and its outputs out of it.
 */
export function latentBlock(
  tensors: TensorFinder,
  nEmbd: number,
  { prefix }: Layer,
  spec: LatentAttention,
  road: { readonly input: BranchInput; readonly end: BranchEnd },
): Block<LatentTensors> {
  const { nHead, nNope, nRope, nLatent, valueDim, qRank } = spec;
  const keyWidth = nLatent + nRope;
  const queryWidth = nHead * (nNope + nRope);
  const cacheName = `${prefix}k_cache`;
  const matrix = (name: string, shape: readonly number[]) => [
    planMatrix(`${prefix}${name}.weight`, [tensors.find(`${prefix}${name}.weight`, shape)]),
  ];
  const vector = (name: string, length: number) => {
    const tensor = tensors.findVector(`${prefix}${name}.weight`, length);
    return biasVector(tensor.name, [tensor]);
  };

  return {
    tensors: {
      q: qRank === null ? matrix('attn_q', [nEmbd, queryWidth]) : matrix('attn_q_b', [qRank, queryWidth]),
      qLow: qRank === null ? [] : matrix('attn_q_a', [nEmbd, qRank]),
      qLowNorm: qRank === null ? null : vector('attn_q_a_norm', qRank),
      kv: matrix('attn_kv_a_mqa', [nEmbd, keyWidth]),
      kvNorm: vector('attn_kv_a_norm', nLatent),
      intoLatent: matrix('attn_k_b', [nNope, nLatent, nHead]),
      outOfLatent: matrix('attn_v_b', [nLatent, valueDim, nHead]),
      output: matrix('attn_output', [nHead * valueDim, nEmbd]),
      end: endVector(tensors, road.end),
    },
    streams: [{ name: cacheName, values: keyWidth }],
    scratch: batches => [
      { name: 'qLow', values: paddedRow(qRank ?? 0) },
      { name: 'qLowNorm', values: paddedRow(qRank ?? 0) },
      { name: 'qHeads', values: paddedRow(queryWidth) },
      { name: 'qLatent', values: nHead * nLatent },
      { name: 'kv', values: paddedRow(keyWidth) },
      ...attendScratch({ nHead, nKvHead: 1, headDim: keyWidth, valueDim: nLatent }, batches),
      { name: 'heads', values: paddedRow(nHead * valueDim) },
      ...endScratch(road.end),
    ],
    calls: (io, weights) => [
      ...queryCalls(io, weights),
      ...storeCalls(io, weights),
      ...attended(io),
      ...products(io, weights.outOfLatent, {
        src: io.scratch('attn'),
        groups: { rows: valueDim, srcOffset: 0, srcStride: nLatent, rowStride: paddedRow(nHead * nLatent) },
        epilogue: { kind: 'store', dstStride: paddedRow(nHead * valueDim) },
        dst: [io.scratch('heads')],
      }),
      ...endCalls(io, road.end, weights.output, io.scratch('heads'), weights.end, null),
    ],
    shift: io => [
      {
        spec: kShift({
          ...heads(io),
          latent: true,
          rotFrom: nLatent,
          ...(spec.rope.magnitude !== 1 && { magnitude: spec.rope.magnitude }),
        }),
        buffers: [io.shift, io.ropeTable(spec.rope), io.stream(cacheName)],
      },
    ],
  };

  function heads({ cacheType: cache }: BlockIo) {
    return { nHead, nKvHead: 1, headDim: keyWidth, valueDim: nLatent, nRot: nRope, cache };
  }

  /** Computes the queries of all heads, and maps them into the latent space. */
  function queryCalls(io: BlockIo, { q, qLow, qLowNorm, intoLatent }: Loaded<LatentTensors>): Call[] {
    const input = { src: inputBuffer(io, road.input), norm: road.input.norm };
    const dst = [io.scratch('qHeads')];
    const epilogue = { kind: 'store', dstStride: paddedRow(queryWidth) } as const;
    const groups = {
      rows: nLatent,
      srcOffset: 0,
      srcStride: nNope + nRope,
      rowStride: paddedRow(queryWidth),
    };
    const moved = products(io, intoLatent, {
      src: io.scratch('qHeads'),
      groups,
      epilogue: { kind: 'store', dstStride: nHead * nLatent },
      dst: [io.scratch('qLatent')],
    });
    if (qRank === null || !qLowNorm) return [...products(io, q, { ...input, epilogue, dst }), ...moved];
    const [low, normed] = [io.scratch('qLow'), io.scratch('qLowNorm')];
    const norm = { kind: 'rms', bias: false, eps: spec.eps } as const;
    return [
      ...products(io, qLow, {
        ...input,
        epilogue: { kind: 'store', dstStride: paddedRow(qRank) },
        dst: [low],
      }),
      {
        spec: addNorm({ k: qRank, rows: io.rows, add: false, next: norm }, io.tuning),
        buffers: [io.step, low, qLowNorm, normed],
      },
      ...products(io, q, { src: normed, epilogue, dst }),
      ...moved,
    ];
  }

  function storeCalls(io: BlockIo, { kv, kvNorm }: Loaded<LatentTensors>): Call[] {
    const input = { src: inputBuffer(io, road.input), norm: road.input.norm };
    const rows = io.scratch('kv');
    const shape = {
      nHead,
      nNope,
      nRope,
      nLatent,
      eps: spec.eps,
      rows: io.rows,
      cache: io.cacheType,
      qStride: paddedRow(queryWidth),
      qLatentStride: nHead * nLatent,
      kvStride: paddedRow(keyWidth),
    };
    return [
      ...products(io, kv, {
        ...input,
        epilogue: { kind: 'store', dstStride: paddedRow(keyWidth) },
        dst: [rows],
      }),
      {
        spec: latentStore(shape, io.tuning),
        buffers: [
          io.step,
          io.scratch('qHeads'),
          io.scratch('qLatent'),
          rows,
          io.scratch('q'),
          io.stream(cacheName),
          io.ropeTable(spec.rope),
          kvNorm,
        ],
      },
    ];
  }

  function attended(io: BlockIo): Call[] {
    const cache = io.stream(cacheName);
    return attend(io, { ...heads(io), scale: spec.scale, latent: true }, { k: cache, v: cache });
  }
}
