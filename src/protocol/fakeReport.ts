import type { ServerReport } from './serverReport.ts';

/** Report of a server for tests. */
export const FAKE_REPORT: ServerReport = {
  adapter: { vendor: 'fake', architecture: '', description: 'fake', isFallback: false, features: [] },
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
