import { MeasuredPolicy, ONE_STEP_AHEAD } from '../engine/aheadPolicy.ts';
import { openGpu } from '../gpu/device.ts';
import { chooseKicks } from '../gpu/latency.ts';
import { shaderSources } from '../gpu/shaderSources.ts';
import { loadModel } from '../model/loadModel.ts';
import { requireMemory } from '../model/memoryPlan.ts';
import { checkModel, type ModelFile, tensorBytes } from '../model/modelFile.ts';
import { ModelPair } from '../model/modelPair.ts';
import { type ResolvedOptions, withDefaults } from '../protocol/options.ts';
import type { LoadProgress } from '../protocol/serverReport.ts';
import type { StoreProgress } from '../protocol/store.ts';
import type { WireOptions, WireSource } from '../protocol/worker.ts';
import { createApp } from '../server/app.ts';
import { Metrics } from '../server/scheduling/metrics.ts';
import {
  createTokenizer,
  type VocabularySpec,
  vocabularyFrom,
  vocabularyMismatch,
} from '../tokenizer/index.ts';
import { ForetokenError } from '../util/errors.ts';
import type { Composition } from './api.ts';
import { Autotuner } from './autotuner.ts';
import { batchRows } from './batchRows.ts';
import { chatTemplateOf, toolUseTemplateOf } from './chatTemplates.ts';
import { checkOptions } from './checkOptions.ts';
import { KernelChecks } from './kernelChecks.ts';
import { memoryOptions } from './memoryOptions.ts';
import { describeModel } from './modelReport.ts';
import { openDirectly, openStoredModel } from './openModel.ts';
import { Resources } from './resources.ts';
import { type Idler, type Sleep, Sleeper } from './sleep.ts';
import { openSlotFiles } from './slotFiles.ts';
import {
  createDrafts,
  draftOf,
  isSynthetic,
  optionWarnings,
  specKindsOf,
  specTypesOf,
} from './speculation.ts';
import { openModelStore } from './storeApi.ts';
import { syntheticAcceptance } from './syntheticOptions.ts';
import { ORIGIN_TUNING_STORE } from './tuningStore.ts';
import { checkVocabularySize } from './vocabularySize.ts';

/** Options with their defaults, and the batch size if the user chose one. */
type ComposedOptions = ResolvedOptions &
  Pick<WireOptions, 'model' | 'modelDraft'> & { readonly infillBatch: number | undefined };

type OnProgress = (progress: LoadProgress) => void;

/** Model file whose header and vocabulary are read and checked, but nothing else. */
interface OpenedModel {
  readonly role: LoadProgress['model'];
  readonly file: ModelFile;
  readonly vocabulary: VocabularySpec;
  /** Ends the reading of the file. */
  readonly close: () => void;
}

/** Surroundings of opening a model. */
interface Opening {
  readonly options: ComposedOptions;
  readonly onProgress: OnProgress;
  readonly resources: Resources;
  /** Grows. */
  readonly warnings: string[];
}

/** Loads the models and wires everything together. On failure closes everything that was opened. */
export async function compose(
  given: WireOptions,
  onProgress: OnProgress,
  onLog: (line: string) => void,
): Promise<Composition> {
  checkOptions(given);
  const options = { ...withDefaults(given), infillBatch: given.nBatch };
  // Check the acceptance rates, and that there is a kind of speculation to use them, before anything is loaded.
  syntheticAcceptance(options, specKindsOf(options, options.modelDraft !== undefined));
  const { sleepIdleSeconds } = options;
  const metrics = new Metrics();
  if (sleepIdleSeconds <= 0) return composeOnce(options, onProgress, onLog, metrics, null);
  const compose = (sleep: Sleep) => composeOnce(options, onProgress, onLog, metrics, sleep);
  return Sleeper.create(compose, 1000 * sleepIdleSeconds);
}

async function composeOnce(
  options: ComposedOptions,
  onProgress: OnProgress,
  log: (line: string) => void,
  metrics: Metrics,
  sleep: Sleep | null,
): Promise<Idler> {
  const resources = new Resources();
  try {
    return await wire(options, onProgress, log, resources, metrics, sleep);
  } catch (error) {
    // Report the original failure, not one of closing.
    await resources.close().catch(() => {});
    throw error;
  }
}

async function wire(
  composed: ComposedOptions,
  onProgress: OnProgress,
  log: (line: string) => void,
  resources: Resources,
  metrics: Metrics,
  sleep: Sleep | null,
): Promise<Idler> {
  // Cheap checks come first: the adapter, then the headers, then gigabytes of weights.
  const gpu = resources.use(await openGpu(shaderSources(), { countCalls: composed.countCalls }));
  const options = { ...composed, nBatch: batchRows(composed.infillBatch, gpu.report) };
  const warnings = [...optionWarnings(options)];
  const opening = { options, onProgress, resources, warnings };
  const target = await openModel('target', options.model, opening);
  const draft = await openDraft(target, opening);

  const { context, memory } = memoryOptions(options, target.file.spec.nCtxTrain, draft !== null);
  const { nSlots, nBatch, slotSavePath, selfTest, infillBatch } = options;
  const { autotune = !gpu.report.isFallback } = options;
  for (const opened of draft ? [target, draft] : [target]) requireMemory(gpu, opened.file, memory);
  const checks = selfTest ? new KernelChecks(gpu) : null;
  const tuner = autotune ? new Autotuner(gpu, ORIGIN_TUNING_STORE, navigator.userAgent) : null;
  const load = ({ role, file }: OpenedModel) =>
    loadModel(gpu, file, {
      ...memory,
      ...(tuner && { tune: tuner.tune }),
      ...(checks && { checkKernels: checks.check }),
      onProgress: (phase, loadedBytes, totalBytes) =>
        onProgress({ model: role, phase, loadedBytes, totalBytes }),
    });
  // Closing the device frees the buffers of the models.
  const targetModel = await load(target);
  const draftModel = draft && (await load(draft));
  const pair = draftModel && (await ModelPair.create(gpu, targetModel, draftModel, checks?.check));
  for (const opened of draft ? [target, draft] : [target]) opened.close();

  if (targetModel.maxRows < nBatch) {
    warnings.push(
      `batches have ${targetModel.maxRows} rows at most, not ${nBatch}: this adapter has no buffers for more`,
    );
  }

  if (!targetModel.canShift && (options.ctxShift || options.cacheReuse)) {
    const reason =
      targetModel.maxRollback < Number.POSITIVE_INFINITY
        ? 'has recurrent layers, whose state cannot forget its beginning'
        : 'normalises keys after it rotates them, so cached positions cannot move';
    warnings.push(`${target.file.gguf.source.name} ${reason}: ctxShift and cacheReuse are off`);
  }

  const report = {
    adapter: gpu.report,
    model: describeModel(target.file),
    draft: draft && describeModel(draft.file),
    nCtx: context.nCtx,
    nSlots,
    gpuBytes: gpu.allocatedBytes,
    selfTest: checks?.report() ?? null,
    autotune: tuner?.report() ?? null,
    warnings,
  };
  const latencyMs = await chooseKicks(gpu);
  const app = resources.use(
    createApp({
      tokenizer: createTokenizer(target.vocabulary),
      target: targetModel,
      drafts: createDrafts(options, draftModel, pair),
      ahead: gpu.report.isFallback ? ONE_STEP_AHEAD : new MeasuredPolicy(latencyMs),
      specTypes: specTypesOf(options),
      syntheticAcceptance: syntheticAcceptance(options, specKindsOf(options, draft !== null)),
      settings: options,
      ...(infillBatch !== undefined && { infillBatch }),
      report,
      chatTemplate: chatTemplateOf(target.file.gguf.metadata),
      toolUseTemplate: toolUseTemplateOf(target.file.gguf.metadata),
      slotFiles: slotSavePath === undefined ? null : openSlotFiles(slotSavePath),
      log,
      metrics,
      sleep,
    }),
  );
  return {
    report,
    lost: gpu.lost,
    fetch: request => app.fetch(request),
    idleSince: () => app.idleSince(),
    counters: () => ({ ...gpu.counters() }),
    close: () => resources.close(),
  };
}

async function openModel(
  role: OpenedModel['role'],
  source: WireSource,
  { options, onProgress, resources, warnings }: Opening,
): Promise<OpenedModel> {
  onProgress({ model: role, phase: 'header', loadedBytes: 0, totalBytes: 0 });
  const onDownload = (download: StoreProgress) => {
    const { loadedBytes, totalBytes } = download;
    onProgress({ model: role, phase: 'download', loadedBytes, totalBytes: totalBytes ?? 0, download });
  };
  const { gguf, close } = resources.use(
    options.store
      ? await openStoredModel(source, options, openModelStore, onDownload, warnings)
      : await openDirectly(source, options),
  );
  onProgress({ model: role, phase: 'header', loadedBytes: 0, totalBytes: tensorBytes(gguf) });
  const file = checkModel(gguf);
  const vocabulary = vocabularyFrom(gguf.metadata);
  checkVocabularySize(file, vocabulary.tokens.length);
  if (role === 'target') warnings.push(...vocabulary.warnings);
  return { role, file, vocabulary, close };
}

/**
 * Opens the draft model, if it is to be used and fits the target. If it does not fit and is not required, adds a warning instead.
 */
async function openDraft(target: OpenedModel, opening: Opening): Promise<OpenedModel | null> {
  const { options, warnings } = opening;
  const { draftRequired } = options;
  const modelDraft = draftOf(options);
  if (modelDraft === null) return null;
  const draft = await openModel('draft', modelDraft, opening);
  const mismatch = vocabularyMismatch(target.vocabulary, draft.vocabulary);
  if (mismatch === null) return draft;
  const message = `the draft model does not fit the target: ${mismatch}; use a draft with the target's tokenizer, or none`;
  if (draftRequired || isSynthetic(options)) throw new ForetokenError('draft_incompatible', message);
  warnings.push(message);
  return null;
}
