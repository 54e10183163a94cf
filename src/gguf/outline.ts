import type { ByteSource } from './byteSource.ts';
import { findHeaderEnd } from './headerEnd.ts';
import { HeaderReader, STRING_BYTES } from './headerReader.ts';
import { getStrings } from './metadata.ts';
import { alignmentOf, readCounts, readGguf } from './read.ts';
import { readMetadataUpTo } from './readMetadata.ts';
import { readTensors } from './readTensors.ts';
import type { GgufFile } from './types.ts';

/** Header without a large vocabulary: of its arrays there is only the number of tokens. */
export interface GgufOutline extends GgufFile {
  /** Null if the file has no vocabulary. */
  readonly nTokens: number | null;
}

const TOKENS_KEY = 'tokenizer.ggml.tokens';
/** Longest array of strings that is read. */
const MOST_STRINGS = 8192;
/** Bytes of the first read. */
const FIRST_BYTES = 1 << 14;

/**
 * Reads a header like `readGguf`, but passes over a vocabulary of more than 8192 tokens, whose end it searches. It reads some 200 KB
 * of a file as llama.cpp writes it, and of any other file the whole header.
 *
 * @throws ForetokenError as `readGguf` does
 */
export async function readOutline(source: ByteSource): Promise<GgufOutline> {
  const reader = new HeaderReader(source, 0, FIRST_BYTES);
  const { version, nTensors, nPairs } = await readCounts(reader);
  const { metadata, longArray } = await readMetadataUpTo(reader, nPairs, MOST_STRINGS);
  if (longArray === null) {
    const tensors = await readTensors(reader, nTensors, alignmentOf(reader, metadata));
    return withTokens({ source, version, metadata, tensors });
  }
  const end = await findHeaderEnd(source, {
    from: reader.position + longArray.count * STRING_BYTES,
    nTensors,
    nPairs: nPairs - metadata.size,
  });
  if (end === null || longArray.key !== TOKENS_KEY) return withTokens(await readGguf(source));
  const { tensors } = end;
  return {
    source,
    version,
    metadata: new Map([...metadata, ...end.metadata]),
    tensors,
    nTokens: longArray.count,
  };
}

function withTokens(file: GgufFile): GgufOutline {
  return {
    ...file,
    nTokens: file.metadata.has(TOKENS_KEY) ? getStrings(file.metadata, TOKENS_KEY).length : null,
  };
}
