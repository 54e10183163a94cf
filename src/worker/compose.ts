import { MeasuredPolicy, ONE_STEP_AHEAD } from '../engine/aheadPolicy.ts';
import { openGpu } from '../gpu/device.ts';
import { chooseKicks } from '../gpu/latency.ts';
import { shaderSources } from '../gpu/shaderSources.ts';
import { type LoadOptions, loadModel } from '../model/loadModel.ts';
import { requireMemory } from '../model/memoryPlan.ts';
import { ModelPair } from '../model/modelPair.ts';
import { type ResolvedOptions, withDefaults } from '../protocol/options.ts';
import type { LoadProgress } from '../protocol/serverReport.ts';
import type { WireOptions } from '../protocol/worker.ts';
import { createApp } from '../server/app.ts';
import { Metrics } from '../server/scheduling/metrics.ts';
import { createTokenizer } from '../tokenizer/index.ts';
import type { Composition } from './api.ts';
import { Autotuner } from './autotuner.ts';
import { batchRows } from './batchRows.ts';
import { chatTemplateOf, toolUseTemplateOf } from './chatTemplates.ts';
import { checkOptions } from './checkOptions.ts';
import { KernelChecks } from './kernelChecks.ts';
import { LookupStore, openLookupFile, vocabularyKey } from './lookupStore.ts';
import { memoryOptions } from './memoryOptions.ts';
import { describeModel } from './modelReport.ts';
import { type OpenedModel, type OpenedTarget, type Opening, openDraft, openTarget } from './openModels.ts';
import { Resources } from './resources.ts';
import { type Idler, type Sleep, Sleeper } from './sleep.ts';
import { openSlotFiles } from './slotFiles.ts';
import { createDrafts, likelyDrafter, optionWarnings, specKindsOf, specTypesOf } from './speculation.ts';
import { syntheticAcceptance } from './syntheticOptions.ts';
import { ORIGIN_TUNING_STORE } from './tuningStore.ts';

/** Options with their defaults, and the batch size if the user chose one. */
type ComposedOptions = ResolvedOptions &
  Pick<WireOptions, 'model' | 'modelDraft'> & { readonly infillBatch: number | undefined };

type OnProgress = (progress: LoadProgress) => void;

/** Loads the models and wires everything together. On failure closes everything that was opened. */
export async function compose(
  given: WireOptions,
  onProgress: OnProgress,
  onLog: (line: string) => void,
): Promise<Composition> {
  checkOptions(given);
  const options = { ...withDefaults(given), infillBatch: given.nBatch };
  // Check the acceptance rates, and that there is a kind of speculation to use them, before anything is loaded.
  syntheticAcceptance(options, specKindsOf(options, likelyDrafter(options)));
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
  const target = await openTarget(opening);
  const draft = await openDraft(target, opening);
  const drafter = draft?.kind ?? null;

  const { context, memory } = memoryOptions(options, target.file.spec.nCtxTrain, drafter);
  const { nSlots, nBatch, slotSavePath, selfTest, infillBatch } = options;
  const { autotune = !gpu.report.isFallback } = options;
  const tapped = { ...target, file: draft?.target ?? target.file };
  requireMemory(gpu, tapped.file, memory);
  if (draft) requireMemory(gpu, draft.file, memory);
  const checks = selfTest ? new KernelChecks(gpu) : null;
  const tuner = autotune ? new Autotuner(gpu, ORIGIN_TUNING_STORE, navigator.userAgent) : null;
  const load = ({ role, file }: OpenedModel, more: Pick<LoadOptions, 'target'> = {}) =>
    loadModel(gpu, file, {
      ...memory,
      ...more,
      ...(tuner && { tune: tuner.tune }),
      ...(checks && { checkKernels: checks.check }),
      onProgress: (phase, loadedBytes, totalBytes) =>
        onProgress({ model: role, phase, loadedBytes, totalBytes }),
    });
  // Closing the device frees the buffers of the models.
  const targetModel = await load(tapped);
  const draftModel = draft && (await load(draft, targetModel.kept ? { target: targetModel } : {}));
  const isFusable = draftModel !== null && [targetModel, draftModel].every(model => model.takesChosenTokens);
  const pair = isFusable ? await ModelPair.create(gpu, targetModel, draftModel, checks?.check) : null;
  // Models whose table of embeddings stays in the file read from it as long as they are used.
  for (const { file, close } of draft ? [target, draft] : [target]) if (!file.blocks.tokenTable) close();

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

  const draftKinds = specKindsOf(options, drafter);
  const lookups = draftKinds.includes('ngram-suffix') ? await openLookups(target, opening, log) : null;
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
      drafts: createDrafts(
        options,
        drafter && draftModel && { kind: drafter, model: draftModel, pair },
        lookups?.memory,
      ),
      ahead: gpu.report.isFallback ? ONE_STEP_AHEAD : new MeasuredPolicy(latencyMs),
      specTypes: specTypesOf(options, drafter),
      draftKinds,
      syntheticAcceptance: syntheticAcceptance(options, draftKinds),
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

/** Opens the file that keeps what look-ups learn, if there is to be one. A file that cannot be used is a warning. */
async function openLookups(
  { vocabulary }: OpenedTarget,
  { options, resources, warnings }: Opening,
  log: (line: string) => void,
): Promise<LookupStore | null> {
  const { lookupCache, ngramSuffixTokens: limit } = options;
  if (lookupCache === undefined) return null;
  const store = await LookupStore.open({
    file: openLookupFile(lookupCache),
    vocabulary: await vocabularyKey(vocabulary),
    limit,
    log,
  });
  if (store.warning !== null) warnings.push(store.warning);
  // The server is closed before the store, which saves then.
  return resources.use(store);
}
