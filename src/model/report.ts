import type { GgufFile } from '../gguf/index.ts';
import type { ModelConfig } from './config.ts';

/** What a model file says of itself. */
export interface ModelReport {
  readonly name: string;
  readonly architecture: string;
  /** The weight type that most values have, e.g. `Q4_0`. */
  readonly fileType: string;
  readonly sizeBytes: number;
  readonly nParams: number;
  readonly nVocab: number;
  readonly nCtxTrain: number;
  readonly nEmbd: number;
}

export function describeModel(gguf: GgufFile, config: ModelConfig): ModelReport {
  const valuesByType = new Map<string, number>();
  let nParams = 0;
  for (const { type, nElements } of gguf.tensors.values()) {
    valuesByType.set(type, (valuesByType.get(type) ?? 0) + nElements);
    nParams += nElements;
  }
  const [[fileType]] = [...valuesByType].sort(([, a], [, b]) => b - a);
  return {
    name: config.name,
    architecture: 'llama',
    fileType,
    sizeBytes: gguf.source.sizeBytes,
    nParams,
    nVocab: config.nVocab,
    nCtxTrain: config.nCtxTrain,
    nEmbd: config.nEmbd,
  };
}
