import { describe, expect, it } from 'vitest';
import type { ModelConfig } from './config.ts';
import { planRunState } from './runState.ts';

const CONFIG: ModelConfig = {
  name: 'tiny',
  nVocab: 1000,
  nEmbd: 64,
  nLayers: 1,
  nHead: 4,
  nKvHead: 2,
  headDim: 16,
  nRot: 16,
  nFf: 128,
  nCtxTrain: 256,
  rmsEps: 1e-5,
  ropeFreqBase: 10000,
  ropeFreqScale: 1,
  experts: null,
};

function logitRows(maxOutputs: number): number {
  const weights = { layers: [] };
  const { words } = planRunState(CONFIG, weights, {
    nSlots: 1,
    nCtx: 256,
    maxRows: 64,
    splits: 1,
    maxOutputs,
  });
  return words.logits / CONFIG.nVocab;
}

describe('planRunState', () => {
  it('has logits for the output rows there may be, not for all rows', () => {
    expect(logitRows(1)).toBe(1);
    expect(logitRows(4)).toBe(4);
    expect(logitRows(64)).toBe(64);
    expect(logitRows(1000)).toBe(64);
  });
});
