import { type GgufFile, getNumber, getString } from '../gguf/index.ts';
import type { ModelFile } from '../model/modelFile.ts';
import type { ModelOutline } from '../protocol/estimate.ts';
import type { ModelReport } from '../protocol/serverReport.ts';

/** Describes a model by the metadata of its file. An MTP head has only the tensors of its block. */
export function describeModel({ gguf, spec }: ModelFile): ModelReport {
  const { nVocab, nCtxTrain, nEmbd, embedding, layers } = spec;
  const outline = embedding.joint ? outlineHead(gguf, layers[0].prefix) : outlineModel(gguf);
  return { ...outline, nVocab, nCtxTrain, nEmbd };
}

function outlineHead(gguf: GgufFile, prefix: string): Omit<ModelOutline, 'vocabulary'> {
  const tensors = new Map([...gguf.tensors].filter(([name]) => name.startsWith(prefix)));
  const outline = outlineModel({ ...gguf, tensors });
  const sizeBytes = [...tensors.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const name = /\bMTP\b/i.test(outline.name) ? outline.name : `${outline.name} MTP head`;
  return { ...outline, name, sizeBytes };
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
