import type { StoreProgress } from './store.ts';

/** Progress of loading; sent to `onProgress`. */
export interface LoadProgress {
  readonly model: 'target' | 'draft';
  readonly phase: 'download' | 'header' | 'weights' | 'pipelines' | 'ready';
  /**
   * Bytes of the model that are in the store, in the phase 'download'; else bytes of tensors uploaded. With their total, which is 0
   * before it is known.
   */
  readonly loadedBytes: number;
  readonly totalBytes: number;
  /** Speed, time left and more, in the phase 'download'. */
  readonly download?: StoreProgress;
}

/** Adapter in use. */
export interface AdapterReport {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly isFallback: boolean;
  readonly features: readonly string[];
  /** Fewest invocations of a subgroup; 0 without subgroups. */
  readonly subgroupSize: number;
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
  /** Defines of the variant, e.g. `EPILOGUE=add,M=4,MAPPING=alone,WEIGHT=Q4_0`. */
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
  readonly choices: Readonly<Record<string, number | boolean | string>>;
  /** Measured alternatives: time relative to the choice to be replaced. A ratio below 0.9 was taken. */
  readonly trials: readonly {
    readonly choices: Readonly<Record<string, number | boolean | string>>;
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
