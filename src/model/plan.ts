import type { ModelSpec } from '../architectures/spec.ts';
import type { Gpu } from '../gpu/device.ts';
import { type Call, type Dispatch, Recorder } from '../gpu/dispatch.ts';
import { attentionDepths } from '../gpu/kernels/attention.ts';
import { tileWidth } from '../gpu/kernels/mulMat.ts';
import { advance as advanceKernel, argmax, choiceStages, topK } from '../gpu/kernels/sampling.ts';
import type { KernelSpec } from '../gpu/pipelines.ts';
import type { Tuning } from '../gpu/tuning.ts';
import { assert } from '../util/assert.ts';
import { alignUp } from '../util/math.ts';
import type { Block, BlockIo } from './blocks/block.ts';
import type { HiddenStates } from './cache/hiddenStates.ts';
import type { KvCache } from './cache/streams.ts';
import type { ModelBlocks } from './modelBlocks.ts';
import type { RunState } from './runState.ts';
import { plannedMatrices, type Weights } from './weights/load.ts';

/**
 * Limit of multiply-adds per submit: an operating system may reset a GPU that spends two seconds on one submit, and a slow GPU
 * does about 10^11 in that time.
 */
const MAX_MACS_PER_SUBMIT = 1e11;

/** Inputs from which a model's dispatches are planned. */
export interface PlanInputs {
  readonly spec: ModelSpec;
  readonly blocks: ModelBlocks;
  readonly weights: Weights;
  readonly cache: KvCache;
  readonly state: RunState;
  /** Hidden states that it keeps for an MTP head, or reads as one. */
  readonly hidden: HiddenStates | null;
  readonly tuning: Tuning;
  /** Most positions of a slot. */
  readonly nCtx: number;
}

/** Dispatches for one batch width, up to a depth of its rows. */
export interface DepthPlan {
  /** Most positions that a row has before and with it. */
  readonly depth: number;
  /** Embedding and layers: one part, unless that is too much work for one submit. */
  readonly layers: readonly (readonly Dispatch[])[];
}

/** Dispatches for one batch width. */
export interface WidthPlan {
  /** Embedding and layers for that many rows, by ascending depth. */
  readonly depths: readonly DepthPlan[];
  /** Hidden states after the last norm, for embeddings; logits, argmax and candidates, all for that many output rows. */
  readonly hidden: readonly Dispatch[];
  readonly head: readonly Dispatch[];
  readonly argmax: readonly Dispatch[];
  readonly topK: readonly Dispatch[];
}

/** Static plan (design D2): every dispatch of every width, made at load and replayed afterwards. */
export interface Plan {
  /** Plans by width, see `planFor`. */
  readonly widths: ReadonlyMap<number, WidthPlan>;
  /** Dispatches between two draft steps. */
  readonly advance: readonly Dispatch[];
  /** Context shift; null for a model whose cached positions cannot move. */
  readonly shift: readonly Dispatch[] | null;
  /** Distinct kernels of the plan. */
  readonly kernels: readonly KernelSpec[];
  /** Tuning that the plan was made for. */
  readonly tuning: Tuning;
}

/** Dispatches for a batch of `rows` rows: those of the smallest width that holds them. */
export function planFor({ widths }: Plan, rows: number): WidthPlan {
  const plan = widths.get(Math.min(...[...widths.keys()].filter(width => width >= rows)));
  assert(plan !== undefined, () => `no plan for ${rows} rows`);
  return plan;
}

/** Width that is planned for `rows`: one product tile, a whole number of the largest, or all rows that a batch can have. */
function planWidth(rows: number, maxRows: number, tuning: Tuning): number {
  return Math.min(alignUp(rows, tileWidth(rows, tuning)), maxRows);
}

/** Compiles all pipelines, asynchronously and in parallel, and makes all bind groups. */
export async function buildPlan(gpu: Gpu, inputs: PlanInputs): Promise<Plan> {
  const { state, tuning } = inputs;
  const nWeights = layerWeights(inputs.blocks);
  const recorder = new Recorder(gpu.device, gpu.pipelines);
  const prepared = (calls: readonly Call[]) => recorder.prepare(calls);
  const allWidths = new Set(
    Array.from({ length: state.maxRows }, (_, i) => planWidth(i + 1, state.maxRows, tuning)),
  );
  const widths = await Promise.all(
    [...allWidths].map(async (rows): Promise<[number, WidthPlan]> => {
      const nParts = Math.ceil((rows * nWeights) / MAX_MACS_PER_SUBMIT);
      const [depths, hidden, head, argmaxOf, topKOf] = await Promise.all([
        Promise.all(
          attentionDepths(rows, inputs.nCtx, tuning).map(async depth => {
            return { depth, layers: splitEvenly(await prepared(layerCalls(inputs, rows, depth)), nParts) };
          }),
        ),
        prepared(callsOf(inputs, rows, inputs.blocks.hidden)),
        prepared(inputs.blocks.head.flatMap(block => callsOf(inputs, rows, block))),
        prepared(argmaxCalls(inputs, rows)),
        prepared(topKCalls(inputs, rows)),
      ]);
      return [rows, { depths, hidden, head, argmax: argmaxOf, topK: topKOf }];
    }),
  );
  const advance = await prepared([advanceCall(inputs)]);
  const shifted = shiftCalls(inputs);
  const shift = shifted && (await prepared(shifted));
  return { widths: new Map(widths), advance, shift, kernels: recorder.kernels, tuning };
}

/** Values in the matrices of all layers, including experts that a row does not use. */
function layerWeights({ layers }: ModelBlocks): number {
  return plannedMatrices(layers).reduce((sum, { n, nGroups, k }) => sum + n * nGroups * k, 0);
}

function splitEvenly<T>(list: readonly T[], nParts: number): T[][] {
  const length = Math.ceil(list.length / nParts);
  return Array.from({ length: Math.ceil(list.length / length) }, (_, i) =>
    list.slice(i * length, (i + 1) * length),
  );
}

/** Layers of a step whose rows have up to `depth` positions. */
export function layersAt({ depths }: WidthPlan, depth: number): DepthPlan['layers'] {
  return (depths.find(planned => depth <= planned.depth) ?? depths[depths.length - 1]).layers;
}

/** Calls of a step up to the logits: the embedding of its rows, and the layers. */
export function layerCalls(inputs: PlanInputs, rows: number, depth = inputs.nCtx): Call[] {
  const { embedding, layers } = inputs.blocks;
  return [embedding, ...layers].flatMap(block => callsOf(inputs, rows, block, depth));
}

function callsOf(inputs: PlanInputs, rows: number, block: Block, depth = inputs.nCtx): Call[] {
  const weights = inputs.weights.get(block);
  assert(weights !== undefined, 'a block without its weights');
  return block.calls(blockIo(inputs, rows, depth), weights);
}

function blockIo({ state, cache, hidden, tuning, nCtx }: PlanInputs, rows: number, depth = nCtx): BlockIo {
  const stream = (name: string) => {
    const found = cache.streams.get(name);
    assert(found !== undefined, () => `there is no stream ${name}`);
    return found.buffer;
  };
  const carried = (name: string) => {
    const found = cache.carried.layers.get(name);
    assert(found !== undefined, () => `there is no state ${name}`);
    return found;
  };
  return {
    ...state,
    rows,
    tuning,
    nCtx,
    depth,
    cacheType: cache.type,
    nSlots: state.maxDrafts,
    hidden,
    stream,
    carried,
  };
}

function argmaxCalls({ state, tuning }: PlanInputs, outputs: number): Call[] {
  const stages = choiceStages({ nVocab: state.nVocab, outputs }, 1, tuning);
  return choiceCalls(
    state,
    stages.map(stage => argmax(stage, tuning)),
    state.argmax,
  );
}

function topKCalls({ state, tuning }: PlanInputs, outputs: number): Call[] {
  const k = state.kTop;
  const stages = choiceStages({ nVocab: state.nVocab, outputs }, k, tuning);
  return choiceCalls(
    state,
    stages.map(stage => topK({ ...stage, k }, tuning)),
    state.topK,
  );
}

/** Calls of the stages of a choice among the logits. */
function choiceCalls(
  { step, logits, keptCandidates: kept }: RunState,
  stages: readonly KernelSpec[],
  dst: GPUBuffer,
): Call[] {
  const [first, second] = stages;
  if (second === undefined) return [{ spec: first, buffers: [step, logits, dst] }];
  assert(kept !== null, 'a choice in stages without a buffer between them');
  return [
    { spec: first, buffers: [step, logits, kept] },
    { spec: second, buffers: [step, kept, dst] },
  ];
}

function advanceCall({ state }: PlanInputs): Call {
  const spec = advanceKernel({ maxOutputs: state.maxDrafts });
  return { spec, buffers: [state.step, state.argmax] };
}

function shiftCalls(inputs: PlanInputs): Call[] | null {
  const calls = inputs.blocks.layers.map(block => block.shift(blockIo(inputs, 1)));
  return calls.some(ofBlock => ofBlock === null) ? null : calls.flatMap(ofBlock => ofBlock ?? []);
}
