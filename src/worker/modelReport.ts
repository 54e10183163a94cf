import type { ModelFile } from '../model/loadModel.ts';
import type { ModelReport } from '../protocol/serverReport.ts';

/** Describes a model by the metadata of its file. */
export function describeModel({ gguf, spec }: ModelFile): ModelReport {
  const valuesByType = new Map<string, number>();
  let nParams = 0;
  for (const { type, nElements } of gguf.tensors.values()) {
    valuesByType.set(type, (valuesByType.get(type) ?? 0) + nElements);
    nParams += nElements;
  }
  const [[fileType]] = [...valuesByType].sort(([, a], [, b]) => b - a);
  return {
    name: spec.name,
    file: gguf.source.name,
    architecture: spec.architecture,
    fileType,
    sizeBytes: gguf.source.sizeBytes,
    nParams,
    nVocab: spec.nVocab,
    nCtxTrain: spec.nCtxTrain,
    nEmbd: spec.nEmbd,
  };
}
