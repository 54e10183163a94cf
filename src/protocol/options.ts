/**
 * Source of a GGUF file: a URL, a file that the user chose, or its bytes. `hf:ORG/NAME`, `hf:ORG/NAME:TYPE` and
 * `hf:ORG/NAME/FILE.gguf` name a model of the Hugging Face Hub with all its parts; without a type it is Q4_K_M, else Q8_0, else the
 * first file.
 */
export type ModelSource = string | URL | Blob | Uint8Array | ArrayBuffer;

/**
 * Model: one file, or all parts of a split one, in any order. The URL of one part is enough if they are named
 * `PREFIX-00001-of-00003.gguf`.
 */
export type ModelFiles = ModelSource | readonly ModelSource[];

/** Progress of loading; sent to `onProgress`. */
export interface LoadProgress {
  readonly model: 'target' | 'draft';
  readonly phase: 'header' | 'weights' | 'pipelines' | 'ready';
  /** Bytes of tensors uploaded, and their total; 0 before the header is read. */
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/** Type of the K and V caches. */
export type CacheType = 'f32' | 'f16';

/** Destination of a model's reasoning: 'none' leaves it in the content, all others put it into `reasoning_content`. */
export type ReasoningFormat = 'none' | 'auto' | 'deepseek' | 'deepseek-legacy';

/**
 * Kinds of speculation, by the names of llama.cpp's `--spec-type`: a draft model, or one of three n-gram look-ups in the text.
 */
export const SPEC_TYPES = ['none', 'draft-simple', 'ngram-simple', 'ngram-map-k', 'ngram-mod'] as const;
export type SpecType = (typeof SPEC_TYPES)[number];

/** Pooling of the hidden states of an input to embed. */
export type Pooling = 'none' | 'mean' | 'cls' | 'last';

/** Default of `nBatch`, the largest number of rows in one batch. */
export const DEFAULT_N_BATCH = 64;

/** Default of `cacheRam`, MiB of prompts that are kept in memory. */
export const DEFAULT_CACHE_RAM = 1024;

/** Options of `createServer`; the defaults are llama-server's if it has the option. */
export interface ServerOptions {
  readonly model: ModelFiles;
  /** Draft model for speculative decoding; its vocabulary must fit the target's. */
  readonly modelDraft?: ModelFiles;
  /** Address of a server with the API of the Hugging Face Hub, for `hf:` models. Default: the Hub. */
  readonly hfEndpoint?: string;
  /** Access token for repositories of the Hub that need a login. No other server gets it. */
  readonly hfToken?: string;
  /**
   * Context of all slots together. Each has `floor(nCtx / nSlots)`, but no more than the model was trained with. Default: the
   * training context, up to 4096, for each.
   */
  readonly nCtx?: number;
  /**
   * Whether the slots share the context: each may use all of it, or `kvUnifiedPerSlot` tokens. Without `nCtx` there is one
   * training context for all. Running requests fail with `cache_full` when they need more together. Default false.
   */
  readonly kvUnified?: boolean;
  readonly kvUnifiedPerSlot?: number;
  /** Requests decoded at the same time. Default 1. */
  readonly nSlots?: number;
  /**
   * Kinds of speculation. N-gram look-ups are asked before the draft model, and the first draft that is not empty is verified.
   * Default: the draft model if there is one.
   */
  readonly specType?: readonly SpecType[];
  /**
   * Whether a draft model that does not fit the target is an error. If not, the server runs without it and `report.warnings` says
   * so. Default true.
   */
  readonly draftRequired?: boolean;
  /** Shortest and longest draft of the draft model, and the probability at which drafting stops. Default 0, 3 and 0. */
  readonly draftMin?: number;
  readonly draftMax?: number;
  readonly pMin?: number;
  /**
   * Whether to choose the draft length that pays on this adapter with this text, within these bounds, and make none if none pays.
   * Never changes an answer. Default true; drafts that are accepted at random always have full length.
   */
  readonly draftAdaptive?: boolean;
  /** `ngram-simple`: tokens to look up, and longest draft. Default 12 and 48. */
  readonly ngramSimpleSizeN?: number;
  readonly ngramSimpleSizeM?: number;
  /** `ngram-map-k`: tokens to look up, and longest draft. Default 12 and 48. */
  readonly ngramMapKSizeN?: number;
  readonly ngramMapKSizeM?: number;
  /** `ngram-mod`: tokens to look up, shortest and longest draft. Default 24, 48 and 64. */
  readonly ngramModNMatch?: number;
  readonly ngramModNMin?: number;
  readonly ngramModNMax?: number;
  /**
   * Accepts drafts at random, for benchmarks only, since the answers are then not the target's. `specSynthRates[i]` is the
   * probability that the first i + 1 tokens of a draft are accepted, for every token of the longest draft; or `specSynthLen` is
   * the mean number of tokens per step. Default: the target decides.
   */
  readonly specSynthRates?: readonly number[];
  readonly specSynthLen?: number;
  /** Whether to discard old context instead of stopping when a slot is full. Default false. */
  readonly ctxShift?: boolean;
  /** Default `n_predict` of requests; -1 is unlimited. */
  readonly nPredict?: number;
  /** Default `temperature` of requests (0.8) and `seed` (-1: random). */
  readonly temperature?: number;
  readonly seed?: number;
  /** Default `cache_prompt` of requests. Default true. */
  readonly cachePrompt?: boolean;
  /**
   * Default `n_cache_reuse` of requests: chunks of a prompt that a slot holds at other positions are moved and reused if they
   * have at least this many tokens. Such an answer is not exact, because the moved tokens were decoded after other text. Default
   * 0: off.
   */
  readonly cacheReuse?: number;
  /**
   * Most memory, in MiB, for prompts that had to leave their slots; when one is requested again it is not decoded again. 0 turns
   * this off, -1 sets no limit. Default 1024, an eighth of llama-server's: a tab has less memory.
   */
  readonly cacheRam?: number;
  /** Whether to save idle slots there as well, whenever a task starts. Default true. */
  readonly cacheIdleSlots?: boolean;
  /**
   * Folder for the files of `POST /slots/:id?action=save`: the name of a directory in the origin private file system, or a URL
   * below which files can be read (GET) and written (PUT). Default: none, so slots cannot be saved.
   */
  readonly slotSavePath?: string;
  /** Largest number of rows in one batch, at least `nSlots`. Default 64. */
  readonly nBatch?: number;
  /** Type of the KV cache of the target and the draft. Default f16. */
  readonly cacheType?: CacheType;
  /** Whether to serve `POST /embedding`, `/embeddings` and `/v1/embeddings` in addition to everything else. Default false. */
  readonly embeddings?: boolean;
  /** Pooling of embeddings: the hidden states of all tokens of the input, their mean, the first, or the last. Default 'none'. */
  readonly pooling?: Pooling;
  /** Norm of pooled embeddings: -1 none, 0 the largest value, 1 taxicab, 2 Euclidean, and so on. Default 2. */
  readonly embdNormalize?: number;
  /**
   * Longest input of an embedding, except with `pooling: 'last'`. It stands for llama-server's physical batch, which such an
   * input has to fit. Without this option the limit is the context of a slot.
   */
  readonly nUbatch?: number;
  /** Order of an infill prompt: suffix, prefix, middle instead of prefix, suffix, middle. Default false. */
  readonly spmInfill?: boolean;
  /**
   * Format of conversations: 'chatml', 'llama3', 'command-r', or a Jinja template. Default: the model's own, or chatml if it has
   * none.
   */
  readonly chatTemplate?: string;
  /** Whether chat templates are Jinja. If not, the text of the template selects one of the three formats. Default true. */
  readonly jinja?: boolean;
  /** Variables of chat templates, unless a request overrides them. */
  readonly chatTemplateKwargs?: Readonly<Record<string, unknown>>;
  /** Whether models reason before they answer a chat; 'auto' leaves it to the chat template. Default 'auto'. */
  readonly reasoning?: 'on' | 'off' | 'auto';
  /** Default `reasoning_format` of chats. Default 'deepseek': reasoning goes to `reasoning_content`. */
  readonly reasoningFormat?: ReasoningFormat;
  /** Most tokens of reasoning, -1 for no limit, and the message that ends it at the limit. Default -1 and ''. */
  readonly reasoningBudget?: number;
  readonly reasoningBudgetMessage?: string;
  /** Whether an answer continues a last message of the assistant, if there is one. Default true. */
  readonly prefillAssistant?: boolean;
  /** Names of the model in requests; responses have the alphabetically first one. Default: the model's own name. */
  readonly alias?: string | readonly string[];
  /** Tags in the list of models. */
  readonly tags?: readonly string[];
  /** Defaults of request fields, by their names in a request: `{ top_k: 20, stop: ['\n'] }`. */
  readonly requestDefaults?: Readonly<Record<string, unknown>>;
  /** API keys, one of which each request needs as `Authorization: Bearer KEY`. Default: none needed. */
  readonly apiKeys?: readonly string[];
  /** Whether to serve `GET /slots` (default true), `GET /metrics` and `POST /props` (default false). */
  readonly slotsEndpoint?: boolean;
  readonly metricsEndpoint?: boolean;
  readonly propsEndpoint?: boolean;
  /** Whether a request may join while others are being decoded. Default true. */
  readonly contBatching?: boolean;
  /** Smallest share of a prompt that a slot must hold to be chosen for it. Default 0.1. */
  readonly slotPromptSimilarity?: number;
  /** Seconds without a request after which the GPU is freed; the next request loads the models again. Default -1: never. */
  readonly sleepIdleSeconds?: number;
  /** Path of a route for batches of requests, as in Vertex AI's prediction protocol. Default: none. */
  readonly predictRoute?: string;
  /** Whether chat responses include the model's input (`__verbose`), unless a request overrides it. Default false. */
  readonly verbose?: boolean;
  /** Number of engines that ran before this one, for `/metrics`; `foretoken serve` sets it. Default 0. */
  readonly restarts?: number;
  /**
   * Whether to try every compiled kernel on small inputs before the server is ready: against the same computation on the CPU, and
   * rows of a batch against a single row. A variant that fails is replaced, see `report.selfTest`. Default true.
   */
  readonly selfTest?: boolean;
  /**
   * Whether to measure which kernel variants with identical results are fastest on this adapter with this model. Takes at most a
   * second at the first load and nothing later, see `report.autotune`. Default: true on a GPU, false on a software adapter.
   */
  readonly autotune?: boolean;
  /** Whether to count every WebGPU call, for benchmarks; read the counts with `server.counters()`. */
  readonly countCalls?: boolean;
}

/** `ServerOptions` without the two sources, which the composition root resolves. */
export type ServerSettings = Omit<
  ServerOptions,
  | 'model'
  | 'modelDraft'
  | 'hfEndpoint'
  | 'hfToken'
  | 'countCalls'
  | 'cacheType'
  | 'slotSavePath'
  | 'selfTest'
  | 'autotune'
>;

/** Adapter in use. */
export interface AdapterReport {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly isFallback: boolean;
  readonly features: readonly string[];
}

/** Description of a model from its file, for `/props`, `/v1/models` and the page. */
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

/** Variant of a kernel that passed the self-test. */
export interface KernelReport {
  /** Name of the operation, as in ggml. */
  readonly kernel: string;
  /** Defines of the variant, e.g. `EPILOGUE=add,LANES=1,M=4,WEIGHT=Q4_0`. */
  readonly variant: string;
  /** Number of its compiled pipelines, for different sizes. */
  readonly nPipelines: number;
  /** Largest normalised mean squared error against the CPU; null if all bits are equal. */
  readonly nmse: number | null;
}

/** Result of trying the kernels at load. In all listed kernels a row has the same bits alone and in a batch. */
export interface SelfTestReport {
  /** Duration for all kernels together. */
  readonly ms: number;
  readonly kernels: readonly KernelReport[];
  /** Reasons for replaced variants; whole sentences with the numbers. */
  readonly replaced: readonly string[];
}

/** Choices that replace the defaults of the adapter's kind. Names and values are those of `src/gpu/tuning.ts`. */
export interface TuningReport {
  readonly source: 'measured' | 'stored';
  readonly choices: Readonly<Record<string, number | boolean>>;
  /** Measured alternatives: time relative to the choice to be replaced. A ratio below 0.9 was taken. */
  readonly trials: readonly {
    readonly choices: Readonly<Record<string, number | boolean>>;
    readonly ratio: number;
  }[];
}

/** Result of the search for faster choices. */
export interface AutotuneReport {
  /** Duration for all models together. It delays loading only where it exceeds the loading of the weights. */
  readonly ms: number;
  /** Tunings of the target and of the draft, if there is one. */
  readonly tunings: readonly TuningReport[];
}

/** Report that comes with a server from `createServer`. */
export interface ServerReport {
  readonly adapter: AdapterReport;
  readonly model: ModelReport;
  readonly draft: ModelReport | null;
  readonly nCtx: number;
  readonly nSlots: number;
  readonly gpuBytes: number;
  /** Null if the option `selfTest` is false. */
  readonly selfTest: SelfTestReport | null;
  /** Null if there was no search, see the option `autotune`. */
  readonly autotune: AutotuneReport | null;
  /** Requested features that are unavailable, and reasons for answers that differ from llama-server's; whole sentences. */
  readonly warnings: readonly string[];
}
