import { joinSources } from './joinedSource.ts';
import type { GgufFile } from './types.ts';

/** Adds to a file the tensors of another one that it lacks: to a sidecar those of the model that it was made for. */
export function withTensorsOf(file: GgufFile, other: GgufFile): GgufFile {
  const start = file.source.sizeBytes;
  const lent = [...other.tensors].map(
    ([name, tensor]) => [name, { ...tensor, offset: start + tensor.offset }] as const,
  );
  return {
    ...file,
    source: joinSources([file.source, other.source]),
    tensors: new Map([...lent, ...file.tensors]),
  };
}
