/** Where a GGUF file comes from: a URL, a file the user chose, or its bytes. */
export type ModelSource = string | URL | Blob | Uint8Array | ArrayBuffer;

/**
 * A model: one file, or all parts of a split one, in any order. The URL of one part is enough where they are called
 * `PREFIX-00001-of-00003.gguf`.
 */
export type ModelFiles = ModelSource | readonly ModelSource[];

/** What loading is busy with; sent to `onProgress`. */
export interface LoadProgress {
  readonly model: 'target' | 'draft';
  readonly phase: 'header' | 'weights' | 'pipelines' | 'ready';
  /** Bytes of tensors uploaded, and their total; 0 before the header is read. */
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/** Type of the K and V caches. */
export type CacheType = 'f32' | 'f16';

/** Where the thoughts of a model go: 'none' leaves them in the content, all others put them into `reasoning_content`. */
export type ReasoningFormat = 'none' | 'auto' | 'deepseek' | 'deepseek-legacy';

/**
 * Kinds of speculation, the names of llama.cpp's `--spec-type`: a draft model, or one of three ways to look up in the text
 * what followed before.
 */
export const SPEC_TYPES = ['none', 'draft-simple', 'ngram-simple', 'ngram-map-k', 'ngram-mod'] as const;
export type SpecType = (typeof SPEC_TYPES)[number];

/** What becomes of the hidden states of an input to be embedded. */
export type Pooling = 'none' | 'mean' | 'cls' | 'last';

/** Largest number of rows in one batch, unless `nBatch` says otherwise. */
export const DEFAULT_N_BATCH = 64;

/** MiB of prompts that are kept in memory, unless `cacheRam` says otherwise. */
export const DEFAULT_CACHE_RAM = 1024;

/** Options of `createServer`; the defaults are llama-server's where it has them. */
export interface ServerOptions {
  readonly model: ModelFiles;
  /** Draft model for speculative decoding; its vocabulary must fit the target's. */
  readonly modelDraft?: ModelFiles;
  /**
   * Context of all slots together. Each has `floor(nCtx / nSlots)`, but no more than the model was trained with. Default: the
   * training context, up to 4096, for each.
   */
  readonly nCtx?: number;
  /**
   * Whether the slots share the context: each may use all of it, or `kvUnifiedPerSlot` tokens, and without `nCtx` there is
   * the training context once. Running requests fail with `cache_full` when they need more together. Default false.
   */
  readonly kvUnified?: boolean;
  readonly kvUnifiedPerSlot?: number;
  /** Requests decoded at the same time. Default 1. */
  readonly nSlots?: number;
  /**
   * What to speculate with. Of several, look-ups are asked before the draft model, and the first draft that is not empty is
   * verified. Default: the draft model if there is one.
   */
  readonly specType?: readonly SpecType[];
  /**
   * Whether a draft model that does not fit the target is an error; if not, the server does without it, and
   * `report.warnings` says so. Default true.
   */
  readonly draftRequired?: boolean;
  /** Shortest and longest draft of the draft model, and the probability at which drafting stops. Default 0, 3 and 0. */
  readonly draftMin?: number;
  readonly draftMax?: number;
  readonly pMin?: number;
  /**
   * Whether drafts are as long as pays on this adapter with this text, within these bounds, and none are made where none pays.
   * Never changes an answer. Default true; drafts that are accepted at random are always of full length.
   */
  readonly draftAdaptive?: boolean;
  /** `ngram-simple`: tokens to look up, and longest draft. Default 12 and 48. */
  readonly ngramSimpleSizeN?: number;
  readonly ngramSimpleSizeM?: number;
  /** `ngram-map-k`: the same. */
  readonly ngramMapKSizeN?: number;
  readonly ngramMapKSizeM?: number;
  /** `ngram-mod`: tokens to look up, shortest and longest draft. Default 24, 48 and 64. */
  readonly ngramModNMatch?: number;
  readonly ngramModNMin?: number;
  readonly ngramModNMax?: number;
  /**
   * For benchmarks only, since answers are then not the target's: accept drafts at random. `specSynthRates[i]` is the
   * probability that the first i + 1 tokens of a draft are accepted, for every token of the longest draft; or
   * `specSynthLen` is the mean number of tokens per step. Default: the target decides.
   */
  readonly specSynthRates?: readonly number[];
  readonly specSynthLen?: number;
  /** Discard old context instead of stopping when a slot is full. Default false. */
  readonly ctxShift?: boolean;
  /** Default `n_predict` of requests; -1 is unlimited. */
  readonly nPredict?: number;
  /** Default `temperature` of requests (0.8) and `seed` (-1: random). */
  readonly temperature?: number;
  readonly seed?: number;
  /** Default `cache_prompt` of requests. Default true. */
  readonly cachePrompt?: boolean;
  /**
   * Default `n_cache_reuse` of requests: chunks of a prompt that a slot holds at other positions are moved and used when they
   * have at least so many tokens. Such an answer is not exact: the moved tokens were decoded behind other text. Default 0: off.
   */
  readonly cacheReuse?: number;
  /**
   * Most memory, in MiB, for prompts that had to leave their slots; when one comes again it is not decoded again. 0 turns this
   * off, -1 sets no limit. Default 1024, an eighth of llama-server's: a tab has less to give.
   */
  readonly cacheRam?: number;
  /** Whether slots without a task are saved there as well, whenever a task starts. Default true. */
  readonly cacheIdleSlots?: boolean;
  /**
   * Where `POST /slots/:id?action=save` puts its files: name of a directory in the origin private file system, or a URL below
   * which files can be got and put. Default: nowhere, slots cannot be saved.
   */
  readonly slotSavePath?: string;
  /** Largest number of rows in one batch, at least `nSlots`. Default 64. */
  readonly nBatch?: number;
  /** Type of the KV cache of the target and the draft. Default f16. */
  readonly cacheType?: CacheType;
  /** Whether `POST /embedding`, `/embeddings` and `/v1/embeddings` are answered, beside everything else. Default false. */
  readonly embeddings?: boolean;
  /** What an embedding is: the hidden states of all tokens of the input, their mean, the first, the last. Default 'none'. */
  readonly pooling?: Pooling;
  /** Norm of pooled embeddings: -1 none, 0 the largest value, 1 taxicab, 2 Euclidean, and so on. Default 2. */
  readonly embdNormalize?: number;
  /**
   * Longest input of an embedding, but for `pooling: 'last'`: llama-server's physical batch, which such an input has to fit.
   * Here nothing has to; without this option the context of a slot is the limit.
   */
  readonly nUbatch?: number;
  /** Order of an infill prompt: suffix, prefix, middle instead of prefix, suffix, middle. Default false. */
  readonly spmInfill?: boolean;
  /**
   * Format of conversations: 'chatml', 'llama3', 'command-r', or a Jinja template. Default: the model's own, or chatml if it
   * has none.
   */
  readonly chatTemplate?: string;
  /** Whether chat templates are Jinja; if not, the format is one of the three, told by the template's text. Default true. */
  readonly jinja?: boolean;
  /** Variables that chat templates get, unless a request gives them another value. */
  readonly chatTemplateKwargs?: Readonly<Record<string, unknown>>;
  /** Whether models are to think before they answer a chat; 'auto' is as the chat template has it. Default 'auto'. */
  readonly reasoning?: 'on' | 'off' | 'auto';
  /** Default `reasoning_format` of chats: where thoughts go. Default 'deepseek': into `reasoning_content`. */
  readonly reasoningFormat?: ReasoningFormat;
  /** Most tokens of thoughts, -1 for no limit, and what they end with where that is reached. Default -1 and ''. */
  readonly reasoningBudget?: number;
  readonly reasoningBudgetMessage?: string;
  /** Whether an answer goes on from a last message of the assistant, if there is one. Default true. */
  readonly prefillAssistant?: boolean;
  /** Names the server answers with, of which it gives the alphabetically first. Default: the model's own. */
  readonly alias?: string | readonly string[];
  /** Tags in the list of models. */
  readonly tags?: readonly string[];
  /** Defaults of request fields, by their names in a request: `{ top_k: 20, stop: ['\n'] }`. */
  readonly requestDefaults?: Readonly<Record<string, unknown>>;
  /** Keys that requests need one of, as `Authorization: Bearer KEY`. Default: none needed. */
  readonly apiKeys?: readonly string[];
  /** Whether `GET /slots` (default true), `GET /metrics` and `POST /props` (default false) are answered. */
  readonly slotsEndpoint?: boolean;
  readonly metricsEndpoint?: boolean;
  readonly propsEndpoint?: boolean;
  /** Whether a request may join while others are decoded. Default true. */
  readonly contBatching?: boolean;
  /** Least share of a prompt that a slot must hold to be chosen for it. Default 0.1. */
  readonly slotPromptSimilarity?: number;
  /** Frees the GPU after so many seconds without a request; the next one loads the models again. Default -1: never. */
  readonly sleepIdleSeconds?: number;
  /** Path of a route that takes several requests at once, as Vertex AI's prediction protocol has it. Default: none. */
  readonly predictRoute?: string;
  /** Chat answers say what was asked of the model (`__verbose`), unless a request says otherwise. Default false. */
  readonly verbose?: boolean;
  /** Engines that answered before this one, for `/metrics`; `foretoken serve` sets it. Default 0. */
  readonly restarts?: number;
  /**
   * Whether every compiled kernel is tried on small inputs before the server is ready: against the same on the CPU, and rows
   * of a batch against the row alone. A variant that fails is replaced, see `report.selfTest`. Default true.
   */
  readonly selfTest?: boolean;
  /**
   * Whether choices that change no bit are made by what is fastest on this adapter with this model: at most a second at the first
   * load, nothing at the next ones, see `report.autotune`. Default: on a GPU yes, on an adapter that is software no.
   */
  readonly autotune?: boolean;
  /** Count every WebGPU call, for benchmarks; read with `server.counters()`. */
  readonly countCalls?: boolean;
}

/** `ServerOptions` without the two sources, which the composition root resolves. */
export type ServerSettings = Omit<
  ServerOptions,
  'model' | 'modelDraft' | 'countCalls' | 'cacheType' | 'slotSavePath' | 'selfTest' | 'autotune'
>;

/** The adapter that answered. */
export interface AdapterReport {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly isFallback: boolean;
  readonly features: readonly string[];
}

/** What a model file says of itself, for `/props`, `/v1/models` and the page. */
export interface ModelReport {
  readonly name: string;
  /** Name of the file. */
  readonly file: string;
  readonly architecture: string;
  /** Most common weight type, e.g. `Q4_0`. */
  readonly fileType: string;
  readonly sizeBytes: number;
  readonly nParams: number;
  readonly nVocab: number;
  readonly nCtxTrain: number;
  readonly nEmbd: number;
}

/** A variant of a kernel that passed the self-test. */
export interface KernelReport {
  /** Name of the operation, as in ggml. */
  readonly kernel: string;
  /** What sets it apart, e.g. `EPILOGUE=add,LANES=1,M=4,WEIGHT=Q4_0`. */
  readonly variant: string;
  /** Compiled pipelines of it, for different sizes. */
  readonly nPipelines: number;
  /** Largest normalised mean squared error against the CPU; null where all bits are equal. */
  readonly nmse: number | null;
}

/** What came of trying the kernels at load. In all that are listed a row has the same bits alone and in a batch. */
export interface SelfTestReport {
  /** What it took, all kernels together. */
  readonly ms: number;
  readonly kernels: readonly KernelReport[];
  /** Why variants were replaced; whole sentences with the numbers. */
  readonly replaced: readonly string[];
}

/** What a model runs with in place of what its adapter's kind has. Names and values are those of `src/gpu/tuning.ts`. */
export interface TuningReport {
  readonly source: 'measured' | 'stored';
  readonly choices: Readonly<Record<string, number | boolean>>;
  /** What was timed; its time over that of the choice it would replace. Less than 0.9 was taken. */
  readonly trials: readonly {
    readonly choices: Readonly<Record<string, number | boolean>>;
    readonly ratio: number;
  }[];
}

/** What came of the search for faster choices. */
export interface AutotuneReport {
  /** What it took, all models together; as far as the weights took longer, nobody waited for it. */
  readonly ms: number;
  /** Of the target and of the draft, if there is one. */
  readonly tunings: readonly TuningReport[];
}

/** Resolved by `createServer` beside the server itself. */
export interface ServerReport {
  readonly adapter: AdapterReport;
  readonly model: ModelReport;
  readonly draft: ModelReport | null;
  readonly nCtx: number;
  readonly nSlots: number;
  readonly gpuBytes: number;
  /** Null where the option `selfTest` is false. */
  readonly selfTest: SelfTestReport | null;
  /** Null where there was no search, see the option `autotune`. */
  readonly autotune: AutotuneReport | null;
  /** What was asked for and is not so, and what makes answers differ from llama-server's; whole sentences. */
  readonly warnings: readonly string[];
}
