import type { ByteSource } from './byteSource.ts';
import { HeaderReader } from './headerReader.ts';
import { MIN_PAIR_BYTES, readMetadata } from './readMetadata.ts';
import { MIN_TENSOR_INFO_BYTES, readTensors } from './readTensors.ts';
import { ALIGNMENT_KEY, DEFAULT_ALIGNMENT, GGUF_MAGIC, type GgufFile, type GgufMetadata } from './types.ts';

/**
 * Reads and checks the header of a GGUF file, version 2 or 3, little-endian. No tensor data is read. Format: docs/gguf.md of
 * ggml.
 *
 * @throws ForetokenError `invalid_gguf` if the file violates the format, `unsupported_model` for an unknown tensor type, and
 * whatever `source.read` throws
 */
export async function readGguf(source: ByteSource): Promise<GgufFile> {
  const reader = new HeaderReader(source);
  const { version, nTensors, metadata } = await readUpToTensors(reader);
  const tensors = await readTensors(reader, nTensors, alignmentOf(reader, metadata));
  return { source, version, metadata, tensors };
}

/** Reads only the metadata, like `readGguf`, for uses that need no weights, whatever their types. */
export async function readGgufMetadata(source: ByteSource): Promise<GgufMetadata> {
  return (await readUpToTensors(new HeaderReader(source))).metadata;
}

async function readUpToTensors(reader: HeaderReader) {
  const { version, nTensors, nPairs } = await readCounts(reader);
  return { version, nTensors, metadata: await readMetadata(reader, nPairs) };
}

/** Reads what stands before the metadata. */
export async function readCounts(reader: HeaderReader) {
  const version = await readVersion(reader);
  const nTensors = await reader.count(MIN_TENSOR_INFO_BYTES, 'tensors');
  const nPairs = await reader.count(MIN_PAIR_BYTES, 'metadata pairs');
  return { version, nTensors, nPairs };
}

async function readVersion(reader: HeaderReader): Promise<2 | 3> {
  const magic = await reader.uint32('the magic');
  const expected = new DataView(new TextEncoder().encode(GGUF_MAGIC).buffer).getUint32(0, true);
  if (magic !== expected)
    reader.fail(`it begins with 0x${magic.toString(16).padStart(8, '0')}, not with "GGUF"`);

  const version = await reader.uint32('the version');
  if (version === 2 || version === 3) return version;
  // A small number in the wrong byte order looks like a large one.
  if (version % 65536 === 0 && version !== 0)
    reader.fail('it is big-endian; only little-endian files can be read');
  return reader.fail(`it has version ${version}; versions 2 and 3 can be read`);
}

/** Alignment of a file's tensors in bytes. */
export function alignmentOf(reader: HeaderReader, metadata: GgufMetadata): number {
  const alignment = metadata.get(ALIGNMENT_KEY) ?? DEFAULT_ALIGNMENT;
  if (typeof alignment !== 'number' || !isPowerOfTwo(alignment))
    reader.fail(`"${ALIGNMENT_KEY}" is ${String(alignment)}, not a power of two`);
  return alignment;
}

function isPowerOfTwo(value: number): boolean {
  return value >= 1 && value === (value | 0) && (value & (value - 1)) === 0;
}
