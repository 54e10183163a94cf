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
  const plan = planned(models, { ...options, nBatch: batchRows(given.nBatch, limits.report) }, limits);
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

/** Plan of the target and, if there are two, of its draft model; the error for a model that is not supported. */
function planned(
  outlines: readonly GgufOutline[],
  options: SpeculationOptions,
  limits: AdapterLimits,
): Planned | ForetokenError {
  const files = checked(outlines);
  if (files instanceof ForetokenError) return files;
  const { context, memory } = memoryOptions(options, files[0].spec.nCtxTrain, files.length > 1);
  const plans = files.map(file => planMemory(limits, file, memory));
  const sum = (of: keyof Omit<MemoryBytes, 'total'>) =>
    plans.reduce((total, { bytes }) => total + bytes[of], 0);
  const [target, draft] = plans;
  const weights = sum('weights');
  const cache = sum('cache');
  const activations = sum('activations') + (draft ? pairBytes(target.runState, draft.runState) : 0);
  return {
    nCtx: context.nCtx,
    bytes: { weights, cache, activations, total: weights + cache + activations },
    fault: plans.map(({ fault }) => fault).find(fault => fault !== null) ?? null,
  };
}

function checked(outlines: readonly GgufOutline[]): readonly ModelFile[] | ForetokenError {
  try {
    return outlines.map(outline => {
      const file = checkModel(outline);
      checkVocabularySize(file, outline.nTokens ?? 0);
      return file;
    });
  } catch (error) {
    if (error instanceof ForetokenError && error.code === 'unsupported_model') return error;
    throw error;
  }
}
