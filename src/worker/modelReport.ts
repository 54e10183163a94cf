import { type GgufFile, getNumber, getString } from '../gguf/index.ts';
import type { ModelFile } from '../model/modelFile.ts';
import type { ModelOutline } from '../protocol/estimate.ts';
import type { ModelReport } from '../protocol/serverReport.ts';

/** Describes a model by the metadata of its file. */
export function describeModel({ gguf, spec }: ModelFile): ModelReport {
  const { nVocab, nCtxTrain, nEmbd } = spec;
  return { ...outlineModel(gguf), nVocab, nCtxTrain, nEmbd };
}

/** Describes a model whose architecture need not be supported. */
export function outlineModel({ source, metadata, tensors }: GgufFile): Omit<ModelOutline, 'vocabulary'> {
  const valuesByType = new Map<string, number>();
  let nParams = 0;
  for (const { type, nElements } of tensors.values()) {
    valuesByType.set(type, (valuesByType.get(type) ?? 0) + nElements);
    nParams += nElements;
  }
  const [[fileType] = ['none']] = [...valuesByType].sort(([, a], [, b]) => b - a);
  const architecture = getString(metadata, 'general.architecture');
  return {
    name: getString(metadata, 'general.name', source.name),
    file: source.name,
    architecture,
    fileType,
    sizeBytes: source.sizeBytes,
    nParams,
    nCtxTrain: getNumber(metadata, `${architecture}.context_length`, null),
  };
}
