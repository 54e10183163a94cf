import { joinSources } from './joinedSource.ts';
import type { GgufFile } from './types.ts';

/** Completes a file by the metadata and tensors of another one that it lacks: a sidecar by the model that it was made for. */
export function completedBy(file: GgufFile, other: GgufFile): GgufFile {
  const start = file.source.sizeBytes;
  const lent = [...other.tensors].map(
    ([name, tensor]) => [name, { ...tensor, offset: start + tensor.offset }] as const,
  );
  return {
    ...file,
    source: joinSources([file.source, other.source]),
    metadata: new Map([...other.metadata, ...file.metadata]),
    tensors: new Map([...lent, ...file.tensors]),
  };
}

/** Restricts a file to some of its tensors, without metadata: what it lends to another one. */
export function lending(file: GgufFile, names: readonly string[]): GgufFile {
  const tensors = [...file.tensors].filter(([name]) => names.includes(name));
  return { ...file, metadata: new Map(), tensors: new Map(tensors) };
}
