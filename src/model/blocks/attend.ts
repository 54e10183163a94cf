import type { Call } from '../../gpu/dispatch.ts';
import {
  type AttentionShape,
  attention,
  attentionCombine,
  attentionSplits,
  partialValues,
} from '../../gpu/kernels/attention.ts';
import type { BlockIo, Scratch } from './block.ts';
import { paddedRow } from './products.ts';

/** Attends with the rows of `q` over a cache and writes the rows of `attn` [nHead, valueDim]. */
export function attend(
  io: BlockIo,
  heads: Omit<AttentionShape, 'rows' | 'nCtx' | 'dstStride'> & { readonly valueDim: number },
  cache: { readonly k: GPUBuffer; readonly v: GPUBuffer; readonly sinks?: GPUBuffer | null },
): Call[] {
  const { step, rows, nCtx, tuning } = io;
  const { k, v, sinks } = cache;
  const shape = {
    ...heads,
    rows,
    nCtx,
    dstStride: paddedRow(heads.nHead * heads.valueDim),
    ...(sinks && { sinks: true }),
  };
  const main = attention(shape, tuning);
  const logits = sinks ? [sinks] : [];
  const [q, dst] = [io.scratch('q'), io.scratch('attn')];
  if (attentionSplits(nCtx, tuning) === 1) return [{ spec: main, buffers: [step, q, k, v, dst, ...logits] }];
  const partial = io.scratch('partial');
  return [
    { spec: main, buffers: [step, q, k, v, partial] },
    { spec: attentionCombine(shape, tuning), buffers: [step, partial, dst, ...logits] },
  ];
}

/** Activations of attention with heads of these widths. */
export function attendScratch(
  {
    nHead,
    headDim,
    valueDim,
  }: { readonly nHead: number; readonly headDim: number; readonly valueDim: number },
  splits: number,
): Scratch[] {
  return [
    { name: 'q', values: nHead * headDim },
    { name: 'partial', values: splits > 1 ? partialValues({ nHead, headDim: valueDim }, splits) : 0 },
    { name: 'attn', values: paddedRow(nHead * valueDim) },
  ];
}
