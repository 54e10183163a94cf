import { KERNEL_CASES } from '../harness/cases.ts';
import type { ShaderChange } from '../harness/shaderChange.ts';
import type { TuningName } from '../harness/tunings.ts';

/** A kernel broken on purpose, and where that has to show. */
export interface ControlSpec {
  readonly id: string;
  readonly kernel: string;
  /** What was done to it, in words. */
  readonly fault: string;
  readonly change: ShaderChange;
  readonly tuning: TuningName | 'any';
  /** A case that has to come out wrong, at an index among these. */
  readonly caught: { readonly id: string; readonly from?: number; readonly to?: number };
  /** A case that the fault does not touch. */
  readonly spared: string;
  /** Whether the fault is a race, which a GPU may win every time. */
  readonly isRace?: boolean;
  /** The subgroup size at which the fault is none. */
  readonly harmlessAt?: number;
}

/** The id of the first case with all of `parts` in its id. */
function caseWith(...parts: readonly string[]): string {
  const found = KERNEL_CASES.find(({ id }) => parts.every(part => `${id},`.includes(part)));
  if (!found) throw new Error(`no kernel case has ${parts.join(' and ')}`);
  return found.id;
}

const HEADS = 'nHead=4,nKvHead=2,headDim=16,nRot=16,';
/** Values of a row of attention with these heads, and the row whose last position begins a page, and a split of one page. */
const ATTENTION_ROW = 64;
const ROW_AT_PAGE = 5;

/** The faults that drivers and ports are known for; each has to be found by the cases, and where it is. */
export const CONTROLS: readonly ControlSpec[] = [
  {
    id: 'scale-offset',
    kernel: 'mul_mat',
    fault: 'Q4_1 reads the scale of the next block',
    change: {
      file: 'lib/weight_Q4_1.wgsl',
      from: 'unpack2x16float(scales[b])',
      to: 'unpack2x16float(scales[b + 1u])',
    },
    tuning: 'software',
    caught: { id: caseWith('mul_mat:', 'weight=Q4_1,', 'rows=1,') },
    spared: caseWith('mul_mat:', 'weight=Q5_1,', 'rows=1,'),
  },
  {
    id: 'missing-barrier',
    kernel: 'top_k',
    fault: 'the histogram is read before all invocations have added to it',
    change: {
      file: 'top_k.wgsl',
      from: '    workgroupBarrier();\n    if (lane == 0u) {\n      var wanted',
      to: '    if (lane == 0u) {\n      var wanted',
    },
    tuning: 'gpu',
    isRace: true,
    caught: { id: caseWith('top_k:', 'nVocab=128256,') },
    spared: caseWith('argmax:', 'nVocab=128256,'),
  },
  {
    id: 'subgroup-of-32',
    kernel: 'mul_mat',
    fault: 'a subgroup is taken to have 32 invocations',
    change: {
      file: 'lib/block_products.wgsl',
      from: 'let low{m} = subgroupShuffle(lows{m}, i);',
      to: 'let low{m} = subgroupShuffle(lows{m}, 28u + i);',
    },
    tuning: 'subgroups',
    caught: { id: caseWith('mul_mat:', 'weight=Q4_0,', 'rows=4,') },
    spared: caseWith('get_rows:', 'weight=Q4_0,', 'rows=5,'),
    harmlessAt: 32,
  },
  {
    id: 'f16-overflow',
    kernel: 'mul_mat',
    fault: 'what is too large for a half is stored in the cache as it is',
    change: {
      file: 'lib/kv_cache.wgsl',
      from: 'clamp(value, vec4<f32>(-65504.0), vec4<f32>(65504.0))',
      to: 'value',
    },
    tuning: 'software',
    caught: { id: caseWith('mul_mat:epilogue=qkv,of=qkv,', 'cache=f16,', 'scale=10000,') },
    spared: caseWith(`mul_mat:epilogue=qkv,of=qkv,${HEADS}cache=f16,`, 'scale=1,'),
  },
  {
    id: 'other-tie-rule',
    kernel: 'argmax',
    fault: 'of equal logits the highest id wins',
    change: { file: 'argmax.wgsl', from: 'best_token[l] < token', to: 'best_token[l] > token' },
    tuning: 'software',
    caught: { id: caseWith('argmax:', 'kind=equal,') },
    spared: caseWith('argmax:', 'kind=random,'),
  },
  {
    id: 'page-off-by-one',
    kernel: 'attention',
    fault: 'a last position that begins a page of the cache is left out',
    change: {
      file: 'attention.wgsl',
      from: 'tile < end; tile += TILE',
      to: 'tile + u32(tile > begin) < end; tile += TILE',
    },
    tuning: 'software',
    caught: {
      id: caseWith(`attention:${HEADS}cache=f32,rows=8,scale=1,split=none,`),
      from: ROW_AT_PAGE * ATTENTION_ROW,
      to: (ROW_AT_PAGE + 1) * ATTENTION_ROW,
    },
    spared: caseWith('swiglu:', 'n=172,'),
  },
  {
    id: 'split-off-by-one',
    kernel: 'attention',
    fault: 'the first position of every split of the cache but the first is left out',
    change: {
      file: 'attention.wgsl',
      from: 'highest{r}), j < count{r});',
      to: 'highest{r}), j < count{r} && (tile > begin || begin == 0u || j > 0u));',
    },
    tuning: 'gpu',
    caught: {
      id: caseWith(`attention:${HEADS}cache=f32,rows=8,scale=1,split=64,`),
      from: ROW_AT_PAGE * ATTENTION_ROW,
      to: (ROW_AT_PAGE + 1) * ATTENTION_ROW,
    },
    spared: caseWith(`attention:${HEADS}cache=f32,rows=8,scale=1,split=none,`),
  },
];

/** Whether the first bad value lies where a fault has to show. */
export function isLocated(
  { from = 0, to = Number.POSITIVE_INFINITY }: Omit<ControlSpec['caught'], 'id'>,
  index: number,
): boolean {
  return index >= from && index < to;
}
