import type { WireError } from '../util/errors.ts';
import type { AdapterReport, ModelReport } from './serverReport.ts';

/** Model as the header of its file describes it. */
export type ModelOutline = Pick<
  ModelReport,
  'name' | 'file' | 'architecture' | 'fileType' | 'sizeBytes' | 'nParams'
> & {
  /** Context that it was trained with; null if the file does not say. */
  readonly nCtxTrain: number | null;
  /** Vocabulary, as far as the header describes it. Two models with the same may have different ones; a draft is compared when it is loaded. */
  readonly vocabulary: VocabularyOutline;
};

/** Vocabulary as a header describes it; null for what it does not say. */
export interface VocabularyOutline {
  /** `tokenizer.ggml.model`, such as `gpt2`. */
  readonly kind: string | null;
  /** `tokenizer.ggml.pre`, the way in which text is split, such as `llama-bpe`. */
  readonly split: string | null;
  readonly nTokens: number | null;
}

/** Sizes of buffers on the GPU, in bytes. */
export interface MemoryBytes {
  readonly weights: number;
  /** KV cache. */
  readonly cache: number;
  /** Buffers of a batch while it is computed, and its results. */
  readonly activations: number;
  /** Sum of these. Equals `report.gpuBytes` of a server with the same options. */
  readonly total: number;
}

/** Answer of `estimate`. */
export interface MemoryEstimate {
  readonly model: ModelOutline;
  readonly draft: ModelOutline | null;
  /** Bytes to download: all files of the models. */
  readonly downloadBytes: number;
  /** Context of all slots together; null with `bytes`. */
  readonly nCtx: number | null;
  /** Memory of the target and the draft together; null for a model that cannot be planned, because its architecture is refused. */
  readonly bytes: MemoryBytes | null;
  /** Adapter that answered; null without one. */
  readonly adapter: AdapterReport | null;
  /** Size of the largest buffer that the adapter allows, in bytes; null without an adapter. */
  readonly maxBufferBytes: number | null;
  /** Reason why `createServer` would refuse the models here, with what would fit; null if they fit. */
  readonly obstacle: WireError | null;
}
