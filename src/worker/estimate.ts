import { type GgufOutline, getString, openOutline } from '../gguf/index.ts';
import { type AdapterLimits, limitsOf, requestAdapter } from '../gpu/adapter.ts';
import { planMemory } from '../model/memoryPlan.ts';
import { checkModel, type ModelFile } from '../model/modelFile.ts';
import { pairBytes } from '../model/modelPair.ts';
import type { MemoryBytes, MemoryEstimate, ModelOutline } from '../protocol/estimate.ts';
import { withDefaults } from '../protocol/options.ts';
import type { WireOptions, WireSource } from '../protocol/worker.ts';
import { ForetokenError } from '../util/errors.ts';
import { batchRows } from './batchRows.ts';
import { checkOptions } from './checkOptions.ts';
import { chooseDrafter, type Drafter } from './drafter.ts';
import { memoryOptions } from './memoryOptions.ts';
import { outlineModel } from './modelReport.ts';
import { openSource } from './openSource.ts';
import { draftOf, type SpeculationOptions } from './speculation.ts';
import { checkVocabularySize } from './vocabularySize.ts';

/** Limits that stand for a missing adapter: the memory is planned as if everything fitted. */
const NO_LIMITS: AdapterLimits = {
  report: { vendor: '', architecture: '', description: '', isFallback: false, features: [], subgroupSize: 0 },
  maxBufferBytes: Number.POSITIVE_INFINITY,
  maxWorkgroups: 65_535,
};

/** Parts of the browser in use; its own by default. */
interface Browser {
  readonly gpu?: GPU;
  readonly fetch?: typeof fetch;
}

/**
 * Plans the memory of a server with these options from the headers of its models. Opens no device and compiles no shader.
 *
 * @throws ForetokenError `invalid_option`, `fetch_failed` or `invalid_gguf`; whatever else `createServer` would refuse is the result's
 * `obstacle`
 */
export async function estimateMemory(
  given: WireOptions,
  { gpu, fetch }: Browser = {},
): Promise<MemoryEstimate> {
  checkOptions(given);
  const options = withDefaults(given);
  const draftSource = draftOf(options);
  const open = (source: WireSource) => openSource(source, { ...options, fetch }, openOutline);
  const [adapter, target, draft] = await Promise.all([
    requestAdapter(gpu).catch(ForetokenError.from),
    open(options.model),
    draftSource === null ? null : open(draftSource),
  ]);
  const noAdapter = adapter instanceof ForetokenError ? adapter : null;
  const limits = adapter instanceof ForetokenError ? NO_LIMITS : limitsOf(adapter);
  const models = draft ? [target, draft] : [target];
  const plan = planned(target, draft, { ...options, nBatch: batchRows(given.nBatch, limits.report) }, limits);
  const obstacle = noAdapter ?? (plan instanceof ForetokenError ? plan : plan.fault);
  return {
    model: outlineOf(target),
    draft: draft && outlineOf(draft),
    downloadBytes: models.reduce((sum, { source }) => sum + source.sizeBytes, 0),
    nCtx: plan instanceof ForetokenError ? null : plan.nCtx,
    bytes: plan instanceof ForetokenError ? null : plan.bytes,
    adapter: noAdapter ? null : limits.report,
    maxBufferBytes: noAdapter ? null : limits.maxBufferBytes,
    obstacle: obstacle?.toWire() ?? null,
  };
}

function outlineOf(outline: GgufOutline): ModelOutline {
  const { metadata, nTokens } = outline;
  return {
    ...outlineModel(outline),
    vocabulary: {
      kind: getString(metadata, 'tokenizer.ggml.model', null),
      split: getString(metadata, 'tokenizer.ggml.pre', null),
      nTokens,
    },
  };
}

interface Planned {
  readonly nCtx: number;
  readonly bytes: MemoryBytes;
  readonly fault: ForetokenError | null;
}

/** Plan of the target and of the model that drafts for it, if there is one; the error for a model that is not supported. */
function planned(
  target: GgufOutline,
  draft: GgufOutline | null,
  options: SpeculationOptions,
  limits: AdapterLimits,
): Planned | ForetokenError {
  const files = checked(target, draft, options);
  if (files instanceof ForetokenError) return files;
  const { file, drafter } = files;
  const { context, memory } = memoryOptions(options, file.spec.nCtxTrain, drafter?.kind ?? null);
  const ofTarget = planMemory(limits, drafter?.target ?? file, memory);
  const ofDraft = drafter && planMemory(limits, drafter.file, memory);
  const plans = ofDraft ? [ofTarget, ofDraft] : [ofTarget];
  const sum = (of: keyof Omit<MemoryBytes, 'total'>) =>
    plans.reduce((total, { bytes }) => total + bytes[of], 0);
  const weights = sum('weights');
  const cache = sum('cache');
  const activations = sum('activations') + (ofDraft ? pairBytes(ofTarget.runState, ofDraft.runState) : 0);
  return {
    nCtx: context.nCtx,
    bytes: { weights, cache, activations, total: weights + cache + activations },
    fault: plans.map(({ fault }) => fault).find(fault => fault !== null) ?? null,
  };
}

function checked(
  target: GgufOutline,
  draft: GgufOutline | null,
  options: SpeculationOptions,
): { readonly file: ModelFile; readonly drafter: Drafter | null } | ForetokenError {
  try {
    const file = checkModel(target);
    checkVocabularySize(file, target.nTokens ?? 0);
    const drafter = chooseDrafter(file, draft, options);
    if (draft && drafter?.kind === 'draft-simple') checkVocabularySize(drafter.file, draft.nTokens ?? 0);
    return { file, drafter };
  } catch (error) {
    if (error instanceof ForetokenError && error.code === 'unsupported_model') return error;
    throw error;
  }
}
