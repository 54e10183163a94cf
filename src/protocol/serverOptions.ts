// Generated from the tables in options/, whose comments these are; src/cli/flags/optionDocs.test.ts says how.

/** Options as a user gives them. */
export interface GivenOptions {
  /** Address of a server with the API of the Hugging Face Hub, for `hf:` models. Default: the Hub. */
  readonly hfEndpoint?: string;
  /** Access token for repositories of the Hub that need a login. No other server gets it. */
  readonly hfToken?: string;
  /**
   * Whether to keep models that have an address in the browser's storage of this site and load them from there. If there is no room
   * for them, they are read from their address, and `report.warnings` says so. Default false.
   */
  readonly store?: boolean;
  /** Names of the model in requests; responses have the alphabetically first one. Default: the model's own name. */
  readonly alias?: string | readonly string[];
  /** Tags in the list of models. */
  readonly tags?: readonly string[];
  /** Type of the KV cache of the target and the draft. Default 'f16'. */
  readonly cacheType?: 'f32' | 'f16';
  /**
   * Whether to measure which kernel variants with identical results are fastest on this adapter with this model. Takes at most a
   * second at the first load and nothing later, see `report.autotune`. Default: true on a GPU, false on a software adapter.
   */
  readonly autotune?: boolean;
  /**
   * Whether to try every compiled kernel on small inputs before the server is ready: against the same computation on the CPU, and
   * rows of a batch against a single row. A variant that fails is replaced, see `report.selfTest`. Default true.
   */
  readonly selfTest?: boolean;
  /** Whether to count every WebGPU call, for benchmarks; read the counts with `server.counters()`. Default false. */
  readonly countCalls?: boolean;
  /**
   * Context of all slots together. Each has `floor(nCtx / nSlots)`, but no more than the model was trained with. Default: the
   * training context, up to 4096, for each.
   */
  readonly nCtx?: number;
  /** Requests decoded at the same time. Default 1. */
  readonly nSlots?: number;
  /**
   * Whether the slots share the context: each may use all of it, or `kvUnifiedPerSlot` tokens. Without `nCtx` there is one
   * training context for all. Running requests fail with `cache_full` when they need more together. Default false.
   */
  readonly kvUnified?: boolean;
  /** Most tokens of a shared context that one slot may use. Default: all. */
  readonly kvUnifiedPerSlot?: number;
  /** Largest number of rows in one batch, at least `nSlots`. Default 64, on a GPU 256. */
  readonly nBatch?: number;
  /** Whether a request may join while others are being decoded. Default true. */
  readonly contBatching?: boolean;
  /** Whether to discard old context instead of stopping when a slot is full. Default false. */
  readonly ctxShift?: boolean;
  /** Default `cache_prompt` of requests. Default true. */
  readonly cachePrompt?: boolean;
  /**
   * Default `n_cache_reuse` of requests: chunks of a prompt that a slot holds at other positions are moved and reused if they
   * have at least this many tokens. Such an answer is not exact, because the moved tokens were decoded after other text; 0 turns
   * this off. Default 0.
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
   * Most checkpoints of a slot, for models with recurrent layers: where a prompt departs from what a slot holds, only what follows the
   * last checkpoint is decoded again. Each has the size of the layers' state. Default 8, a quarter of llama-server's.
   */
  readonly ctxCheckpoints?: number;
  /** Fewest tokens between two checkpoints. Default 64. */
  readonly checkpointMinStep?: number;
  /**
   * Folder for the files of `POST /slots/:id?action=save`: the name of a directory in the origin private file system, or a URL
   * below which files can be read (GET) and written (PUT). Default: none, so slots cannot be saved.
   */
  readonly slotSavePath?: string;
  /** Smallest share of a prompt that a slot must hold to be chosen for it. Default 0.1. */
  readonly slotPromptSimilarity?: number;
  /**
   * Kinds of speculation. N-gram look-ups are asked before the draft model, the MTP head or the EAGLE-3 draft, and the first draft that
   * is not empty is verified. Default: what the file of the draft holds if there is one, else the MTP head if the model's file has one.
   */
  readonly specType?: readonly (
    | 'none'
    | 'draft-simple'
    | 'draft-mtp'
    | 'draft-eagle3'
    | 'ngram-simple'
    | 'ngram-map-k'
    | 'ngram-map-k4v'
    | 'ngram-mod'
    | 'ngram-suffix'
  )[];
  /** Longest draft of the draft model, the MTP head or the EAGLE-3 draft. Default 3. */
  readonly draftMax?: number;
  /** Shortest draft of the draft model; shorter ones are not verified. Default 0. */
  readonly draftMin?: number;
  /** Probability of a token below which the draft model stops drafting. Default 0. */
  readonly pMin?: number;
  /**
   * Whether to choose the draft length that pays on this adapter with this text, within these bounds, and make none if none pays.
   * Never changes an answer. Default true; drafts that are accepted at random always have full length.
   */
  readonly draftAdaptive?: boolean;
  /**
   * Whether a draft model that does not fit the target is an error. If not, the server runs without it and `report.warnings` says
   * so. Default true.
   */
  readonly draftRequired?: boolean;
  /** `ngram-simple`: tokens to look up. Default 12. */
  readonly ngramSimpleSizeN?: number;
  /** `ngram-simple`: longest draft. Default 48. */
  readonly ngramSimpleSizeM?: number;
  /** `ngram-map-k`: tokens to look up. Default 12. */
  readonly ngramMapKSizeN?: number;
  /** `ngram-map-k`: longest draft. Default 48. */
  readonly ngramMapKSizeM?: number;
  /** `ngram-map-k4v`: tokens to look up. Default 12. */
  readonly ngramMapK4vSizeN?: number;
  /** `ngram-map-k4v`: longest draft. Default 48. */
  readonly ngramMapK4vSizeM?: number;
  /** `ngram-map-k4v`: the number of times that an n-gram must have been looked up before it drafts. Default 1. */
  readonly ngramMapK4vMinHits?: number;
  /** `ngram-mod`: tokens to look up. Default 24. */
  readonly ngramModNMatch?: number;
  /** `ngram-mod`: shortest draft; shorter ones are not verified. Default 48. */
  readonly ngramModNMin?: number;
  /** `ngram-mod`: longest draft. Default 64. */
  readonly ngramModNMax?: number;
  /** `ngram-suffix`: longest draft. Default 48. */
  readonly ngramSuffixNMax?: number;
  /**
   * `ngram-suffix`: tokens of earlier answers to remember, rounded up to a power of two; beyond them the oldest are forgotten. 8 bytes
   * each. Default 131072.
   */
  readonly ngramSuffixTokens?: number;
  /**
   * `ngram-suffix`: file for what it learns, so that the next server begins with it: the name of a file in the origin private file
   * system, or a URL that can be read (GET) and written (PUT). It has the tokens of answers. Default: none.
   */
  readonly lookupCache?: string;
  /**
   * Accepts drafts at random, for benchmarks only, since the answers are then not the target's. Element i is the probability that
   * the first i + 1 tokens of a draft are accepted; there is one for every token of the longest draft. Default: the target
   * decides.
   */
  readonly specSynthRates?: readonly number[];
  /** Mean number of tokens per step, in place of `specSynthRates`. Default: the target decides. */
  readonly specSynthLen?: number;
  /** Default `n_predict` of requests, in tokens; -1 is unlimited. Default -1. */
  readonly nPredict?: number;
  /** Default `seed` of requests; -1 is a random one for each. Default -1. */
  readonly seed?: number;
  /** Default `temperature` of requests. Default 0.8. */
  readonly temperature?: number;
  /** Defaults of request fields, by their names in a request: `{ top_k: 20, stop: ['\n'] }`. */
  readonly requestDefaults?: Readonly<Record<string, unknown>>;
  /** Whether chat templates are Jinja. If not, the text of the template selects one of the three formats. Default true. */
  readonly jinja?: boolean;
  /**
   * Format of conversations: 'chatml', 'llama3', 'command-r', or a Jinja template. Default: the model's own, or chatml if it has
   * none.
   */
  readonly chatTemplate?: string;
  /** Variables of chat templates, unless a request overrides them. */
  readonly chatTemplateKwargs?: Readonly<Record<string, unknown>>;
  /** Whether models reason before they answer a chat; 'auto' leaves it to the chat template. Default 'auto'. */
  readonly reasoning?: 'on' | 'off' | 'auto';
  /** Default `reasoning_format` of chats. Default 'deepseek': reasoning goes to `reasoning_content`. */
  readonly reasoningFormat?: 'none' | 'auto' | 'deepseek' | 'deepseek-legacy';
  /** Most tokens of reasoning, -1 for no limit. Default -1. */
  readonly reasoningBudget?: number;
  /** Message that ends reasoning at its limit. Default ''. */
  readonly reasoningBudgetMessage?: string;
  /** Whether an answer continues a last message of the assistant, if there is one. Default true. */
  readonly prefillAssistant?: boolean;
  /** Whether to serve `POST /embedding`, `/embeddings` and `/v1/embeddings` in addition to everything else. Default false. */
  readonly embeddings?: boolean;
  /** Pooling of embeddings: the hidden states of all tokens of the input, their mean, the first, or the last. Default 'none'. */
  readonly pooling?: 'none' | 'mean' | 'cls' | 'last';
  /** Norm of pooled embeddings: -1 none, 0 the largest value, 1 taxicab, 2 Euclidean, and so on. Default 2. */
  readonly embdNormalize?: number;
  /**
   * Longest input of an embedding, except with `pooling: 'last'`. It stands for llama-server's physical batch, which such an
   * input has to fit. Default: the context of a slot.
   */
  readonly nUbatch?: number;
  /** Order of an infill prompt: suffix, prefix, middle instead of prefix, suffix, middle. Default false. */
  readonly spmInfill?: boolean;
  /** API keys, one of which each request needs as `Authorization: Bearer KEY`. Default: none needed. */
  readonly apiKeys?: readonly string[];
  /** Whether to serve `GET /slots`. Default true. */
  readonly slotsEndpoint?: boolean;
  /** Whether to serve `GET /metrics`. Default false. */
  readonly metricsEndpoint?: boolean;
  /** Whether to serve `POST /props`. Default false. */
  readonly propsEndpoint?: boolean;
  /** Seconds without a request after which the GPU is freed; the next request loads the models again. -1 is never. Default -1. */
  readonly sleepIdleSeconds?: number;
  /** Path of a route for batches of requests, as in Vertex AI's prediction protocol. Default: none. */
  readonly predictRoute?: string;
  /** Whether chat responses include the model's input (`__verbose`), unless a request overrides it. Default false. */
  readonly verbose?: boolean;
  /** Number of engines that ran before this one, for `/metrics`. Default 0. */
  readonly restarts?: number;
}
