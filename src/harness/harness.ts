import { KERNEL_CASES } from '../conformance/allCases.ts';
import { compareMappings, type MappingOutcome, type MappingShape } from '../conformance/attentionMappings.ts';
import { checkInvariance, type InvarianceReport } from '../conformance/batchInvariance.ts';
import type { KernelCase } from '../conformance/cases.ts';
import type { Comparison } from '../conformance/compare.ts';
import { runFamilies, strayRows } from '../conformance/families.ts';
import { compareCanonical, compareTunings, tryCase } from '../conformance/runCase.ts';
import type { ShaderChange } from '../conformance/shaderChange.ts';
import { TUNINGS, type TuningName, tuningOn } from '../conformance/tunings.ts';
import { type GgufFile, openSource, readGguf } from '../gguf/index.ts';
import type { AdapterDescription } from '../gpu/adapter.ts';
import { type Gpu, openGpu } from '../gpu/device.ts';
import { shaderSources } from '../gpu/shaderSources.ts';
import type { Tuning } from '../gpu/tuning.ts';
import type { TablePlace } from '../model/blocks/perLayer.ts';
import { type LoadOptions, loadModel } from '../model/loadModel.ts';
import type { Model } from '../model/model.ts';
import {
  checkEagle3,
  checkModel,
  checkMtp,
  isEagle3,
  isMtpSidecar,
  keepingStates,
} from '../model/modelFile.ts';
import type { Rounding } from '../reference/fma32.ts';
import type { SpecAnswer } from '../report/specBench/answer.ts';
import { specBenchOf } from '../report/specBench/build.ts';
import { specBenchMarkdown, verdictOf } from '../report/specBench/markdown.ts';
import type { SpecBenchConditions } from '../report/specBench/schema.ts';
import { assert } from '../util/assert.ts';
import { DRAFT_KINDS, type DraftKind } from '../util/draftKinds.ts';
import { type CacheMove, checkCacheMoves } from './cacheMoves.ts';
import { type Choices, choicesOf } from './choicesRun.ts';
import { type ExactnessAnswer, type ExactnessOptions, runExactness } from './exactness.ts';
import {
  EXACTNESS_HALF,
  EXACTNESS_SETTINGS,
  EXACTNESS_TEMPERATURES,
  type ExactnessRecord,
  type ExactnessVerdict,
  judgeExactness,
} from './exactnessVerdict.ts';
import { type LogitsRun, logitsOf } from './logitsRun.ts';
import { mtpPair } from './mtpPair.ts';
import { runSelfTest, type SelfTestRun } from './selfTestRun.ts';
import { answerSpecBench, type SpecBenchOptions, type SpecBenchPass } from './specBench.ts';
import { type AheadAnswers, answersAhead } from './stepsAhead.ts';
import { judgeZoo, type ZooModel, type ZooVerdict } from './zoo/judgeZoo.ts';

/** API of the page for the kernel and exactness tests, on one device that stays open. */
export class Harness {
  #gpu: Promise<Gpu> | null = null;

  async adapter(): Promise<AdapterDescription> {
    return (await this.#open()).report;
  }

  async runKernel(id: string, tuning: TuningName): Promise<Comparison> {
    return tryCase(await this.#open(), caseOf(id), await this.#tuning(tuning));
  }

  /** Compares the bits of a case in the tunings of software adapters and of GPUs. */
  async compareTunings(id: string): Promise<Comparison> {
    return compareTunings(await this.#open(), caseOf(id), [TUNINGS.software, TUNINGS.gpu]);
  }

  /** Compares the products whose bits the CPU computes with those, in a tuning, if the adapter rounds `fma` in this way. */
  async compareCanonical(
    name: TuningName,
    rounding: Rounding,
  ): Promise<Readonly<Record<string, Comparison>>> {
    const [gpu, tuning] = [await this.#open(), await this.#tuning(name)];
    const found: Record<string, Comparison> = {};
    for (const kernelCase of KERNEL_CASES.filter(({ kernel }) => kernel === 'mul_mat')) {
      const comparison = await compareCanonical(gpu, kernelCase, tuning, rounding);
      if (comparison) found[kernelCase.id] = comparison;
    }
    return found;
  }

  /** Rows of a case's batch whose bits differ from those of the same rows one at a time (design D1). */
  async strayRows(id: string, tuning: TuningName): Promise<readonly string[]> {
    const { check, forRows, axes } = caseOf(id);
    assert(forRows, () => `the case ${id} has no rows`);
    const nRows = Number(axes.rows);
    const own = await this.#tuning(tuning);
    const specs = [1, nRows].map(rows => forRows(own, rows));
    const alone = [0, nRows - 1];
    const [outcome] = await runFamilies(await this.#open(), [{ check, specs }], () => ({ nRows, alone }));
    return strayRows(outcome, 1);
  }

  /** Compares the bits of all mappings of attention. */
  async compareMappings(heads: MappingShape): Promise<MappingOutcome[]> {
    return compareMappings(await this.#open(), heads);
  }

  /** Loads a separate model and compares batches of `tokens` with decoding them one by one. */
  async checkInvariance(options: {
    readonly model: string;
    readonly tuning: TuningName;
    readonly cacheType: 'f32' | 'f16';
    readonly tokens: readonly number[];
    readonly others: readonly number[];
    readonly nLast: number;
  }): Promise<InvarianceReport> {
    const tuning = await this.#tuning(options.tuning);
    const shape = { nCtx: 128, nSlots: 2, nCtxShared: null, maxRows: 64, tuning };
    return withModel(options.model, { ...shape, cacheType: options.cacheType }, model =>
      checkInvariance(model, options.tokens, options.others, options.nLast),
    );
  }

  /** Loads a separate model, whose slots share a barely sufficient cache, and checks moves of caches. */
  async checkCacheMoves(options: {
    readonly model: string;
    readonly cacheType: 'f32' | 'f16';
    readonly tokens: readonly number[];
  }): Promise<CacheMove[]> {
    const shape = { nCtx: 128, nSlots: 3, nCtxShared: 256, maxRows: 64, cacheType: options.cacheType };
    return withModel(options.model, shape, model => checkCacheMoves(model, options.tokens));
  }

  /** Loads a target and its draft model or MTP head, and answers the same requests with every way of working ahead. */
  async answersAhead(options: {
    readonly model: string | Blob;
    readonly modelDraft: string | Blob;
    readonly tokens: readonly number[];
    readonly nPredict: number;
  }): Promise<AheadAnswers[]> {
    const { model, modelDraft, tokens, nPredict } = options;
    const shape = { nCtx: 128, nSlots: 2, nCtxShared: null, maxRows: 16, cacheType: 'f16' } as const;
    const gpu = await openGpu(shaderSources(), { countCalls: true });
    return closing(gpu, async () => {
      const [file, gguf] = [checkModel(await opened(model)), await opened(modelDraft)];
      const head = isEagle3(gguf)
        ? checkEagle3(gguf, file)
        : isMtpSidecar(gguf)
          ? checkMtp(gguf, file)
          : null;
      const target = await loadModel(gpu, head ? keepingStates(file, head) : file, shape);
      const draft = head
        ? await loadModel(gpu, head, { ...shape, target })
        : await loadModel(gpu, checkModel(gguf), shape);
      return answersAhead(gpu, target, draft, tokens, nPredict);
    });
  }

  /** Loads a separate model into buffers of at most `maxBufferBytes` and returns its logits. */
  async logitsWithin(options: {
    readonly model: string | Blob;
    readonly tuning: TuningName;
    readonly maxBufferBytes: number;
    readonly tokens: readonly number[];
  }): Promise<LogitsRun> {
    const { model, tuning, tokens, maxBufferBytes } = options;
    const gpu = await openGpu(shaderSources(), { maxBufferBytes, countCalls: true });
    return closing(gpu, () => logitsOf(gpu, model, tokens, tuningOn(tuning, gpu.report)));
  }

  /** Loads a separate model, which chooses from stretches of its logits, and returns what it chooses. */
  choices(options: {
    readonly model: string | Blob;
    readonly choiceStretch: number | null;
    readonly tokens: readonly number[];
    /** Place of per-layer embeddings. */
    readonly tablePlace?: TablePlace;
  }): Promise<Choices> {
    const { model, choiceStretch, tokens, tablePlace } = options;
    const tuning = { ...TUNINGS.software, choiceStretch };
    const shape = { nCtx: 64, nSlots: 2, nCtxShared: null, maxRows: 16, cacheType: 'f16', tuning } as const;
    return withModel(model, shape, loaded => choicesOf(loaded, tokens), tablePlace);
  }

  /** Answers questions on a server with the given settings. */
  runExactness(options: ExactnessOptions): Promise<ExactnessAnswer[]> {
    return runExactness(options);
  }

  /** Makes a target and an MTP head for it from a model of the zoo. */
  mtpPair(file: Blob): Promise<{ readonly model: Blob; readonly modelDraft: Blob }> {
    return mtpPair(file);
  }

  exactnessSettings() {
    return { settings: EXACTNESS_SETTINGS, half: EXACTNESS_HALF, temperatures: EXACTNESS_TEMPERATURES };
  }

  judgeExactness(records: readonly ExactnessRecord[]): ExactnessVerdict {
    return judgeExactness(records);
  }

  /** Answers the prompts of a benchmark of speculation on a server of one kind. */
  answerSpecBench(options: SpecBenchOptions): Promise<SpecBenchPass> {
    return answerSpecBench(options);
  }

  /** Result of a benchmark of speculation, its text, and the line about exactness. */
  async reportSpecBench(answers: readonly SpecAnswer[], conditions: SpecBenchConditions) {
    const bench = await specBenchOf(answers, conditions);
    return { bench, markdown: specBenchMarkdown(bench), verdict: verdictOf(bench) };
  }

  /** Names of all kinds of speculation. */
  draftKinds(): readonly DraftKind[] {
    return DRAFT_KINDS;
  }

  /** Compares a model of the zoo with llama.cpp. */
  judgeZoo(model: ZooModel): Promise<ZooVerdict> {
    return judgeZoo(model);
  }

  /** Loads a model with the self-test, after changing the shaders by `change`. */
  async selfTest(options: { readonly model: string; readonly change?: ShaderChange }): Promise<SelfTestRun> {
    return runSelfTest(new URL(options.model, location.href), options.change ?? null);
  }

  async #tuning(name: TuningName): Promise<Tuning> {
    return tuningOn(name, (await this.#open()).report);
  }

  #open(): Promise<Gpu> {
    this.#gpu ??= openGpu(shaderSources());
    return this.#gpu;
  }
}

async function withModel<T>(
  model: string | Blob,
  options: LoadOptions,
  use: (model: Model) => Promise<T>,
  tablePlace?: TablePlace,
): Promise<T> {
  const gpu = await openGpu(shaderSources());
  return closing(gpu, async () => use(await loaded(gpu, model, options, tablePlace)));
}

async function loaded(
  gpu: Gpu,
  model: string | Blob,
  options: LoadOptions,
  tablePlace?: TablePlace,
): Promise<Model> {
  return loadModel(gpu, checkModel(await opened(model), tablePlace), options);
}

async function opened(file: string | Blob): Promise<GgufFile> {
  return readGguf(await openSource(file instanceof Blob ? file : new URL(file, location.href)));
}

async function closing<T>(gpu: Gpu, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    gpu.close();
  }
}

function caseOf(id: string): KernelCase {
  const found = KERNEL_CASES.find(candidate => candidate.id === id);
  assert(found !== undefined, () => `no kernel case ${id}`);
  return found;
}
