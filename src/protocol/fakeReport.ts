import type { MemoryEstimate } from './estimate.ts';
import type { ServerReport } from './serverReport.ts';

/** Report of a server for tests. */
export const FAKE_REPORT: ServerReport = {
  adapter: {
    vendor: 'fake',
    architecture: '',
    description: 'fake',
    isFallback: false,
    features: [],
    subgroupSize: 0,
  },
  model: {
    name: 'fake',
    file: 'fake.gguf',
    architecture: 'llama',
    fileType: 'F32',
    sizeBytes: 1,
    nParams: 1,
    nVocab: 1,
    nCtxTrain: 1,
    nEmbd: 1,
  },
  draft: null,
  nCtx: 1,
  nSlots: 1,
  gpuBytes: 1,
  selfTest: null,
  autotune: null,
  warnings: [],
};

/** Estimate for tests. */
export const FAKE_ESTIMATE: MemoryEstimate = {
  model: { ...FAKE_REPORT.model, vocabulary: { kind: 'llama', split: null, nTokens: 1 } },
  draft: null,
  downloadBytes: 1,
  nCtx: 1,
  bytes: { weights: 1, cache: 1, activations: 1, total: 3 },
  adapter: FAKE_REPORT.adapter,
  maxBufferBytes: 1,
  obstacle: null,
};
