import type { Call } from '../../gpu/dispatch.ts';
import {
  type AttentionShape,
  attention,
  attentionCombine,
  attentionSpan,
  mostStateValues,
} from '../../gpu/kernels/attention.ts';
import type { Batches, BlockIo, Scratch } from './block.ts';
import { paddedRow } from './products.ts';

/** Attends with the rows of `q` over a cache and writes the rows of `attn` [nHead, valueDim]. */
export function attend(
  io: BlockIo,
  heads: Omit<AttentionShape, 'rows' | 'depth' | 'span' | 'dstStride'> & { readonly valueDim: number },
  cache: { readonly k: GPUBuffer; readonly v: GPUBuffer; readonly sinks?: GPUBuffer | null },
): Call[] {
  const { step, rows, depth, tuning } = io;
  const { k, v, sinks } = cache;
  const span = attentionSpan(heads, rows, depth, tuning);
  const dstStride = paddedRow(heads.nHead * heads.valueDim);
  const shape = { ...heads, rows, depth, span, dstStride, ...(sinks && { sinks: true }) };
  const main = attention(shape, tuning);
  const logits = sinks ? [sinks] : [];
  const [q, dst] = [io.scratch('q'), io.scratch('attn')];
  if (span === null) return [{ spec: main, buffers: [step, q, k, v, dst, ...logits] }];
  const partial = io.scratch('partial');
  return [
    { spec: main, buffers: [step, q, k, v, partial] },
    { spec: attentionCombine(shape), buffers: [step, partial, dst, ...logits] },
  ];
}

/** Activations of attention with these heads. */
export function attendScratch(
  heads: Pick<AttentionShape, 'nHead' | 'nKvHead' | 'headDim'> & {
    readonly valueDim: number;
    readonly window?: number | null;
  },
  { maxRows, nCtx, tuning }: Batches,
): Scratch[] {
  return [
    { name: 'q', values: heads.nHead * heads.headDim },
    { name: 'partial', values: mostStateValues(heads, maxRows, nCtx, tuning), ofBatch: true },
    { name: 'attn', values: paddedRow(heads.nHead * heads.valueDim) },
  ];
}
