import { type HeaderReader, STRING_BYTES } from './headerReader.ts';
import { SCALARS } from './scalars.ts';
import { type GgufValue, VALUE_TYPES, type ValueType } from './types.ts';

/** Limit of a key's length in docs/gguf.md. */
const MAX_KEY_BYTES = 65535;
/** Limit of nested arrays. The format has none, but no model nests arrays at all. */
const MAX_ARRAY_DEPTH = 8;
/** Bytes of an array's element type and length. */
const ARRAY_BYTES = 12;
/** Bytes of a key's length, its value type and the shortest value. */
export const MIN_PAIR_BYTES = 13;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the `count` key-value pairs after the header's counts. */
export async function readMetadata(reader: HeaderReader, count: number): Promise<Map<string, GgufValue>> {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    const key = await readName(reader, `metadata key ${i}`, MAX_KEY_BYTES);
    if (metadata.has(key)) reader.fail(`metadata key "${key}" appears twice`);
    const what = `the value of "${key}"`;
    metadata.set(key, await readValue(reader, await readType(reader, what), what, 0));
  }
  return metadata;
}

/** Reads a key or the name of a tensor: not empty, valid UTF-8, no NUL. */
export async function readName(reader: HeaderReader, what: string, maxBytes: number): Promise<string> {
  const bytes = await reader.stringBytes(what);
  if (bytes.length === 0) reader.fail(`${what} is empty`);
  if (bytes.length > maxBytes) reader.fail(`${what} has ${bytes.length} bytes, more than ${maxBytes}`);
  if (bytes.includes(0)) reader.fail(`${what} contains a NUL`);
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return reader.fail(`${what} is not UTF-8`);
  }
}

async function readType(reader: HeaderReader, what: string): Promise<ValueType> {
  const id = await reader.uint32(what);
  return VALUE_TYPES[id] ?? reader.fail(`${what} has the unknown type ${id}`);
}

async function readValue(
  reader: HeaderReader,
  type: ValueType,
  what: string,
  depth: number,
): Promise<GgufValue> {
  if (type === 'string') return reader.string(what);
  if (type === 'array') return readArray(reader, what, depth + 1);
  return reader.scalar(type, what);
}

async function readArray(reader: HeaderReader, what: string, depth: number): Promise<GgufValue> {
  if (depth > MAX_ARRAY_DEPTH) reader.fail(`${what} nests arrays more than ${MAX_ARRAY_DEPTH} deep`);
  const type = await readType(reader, what);
  if (type !== 'string' && type !== 'array') {
    return reader.scalars(type, await reader.count(SCALARS[type].bytes, `elements in ${what}`), what);
  }
  if (type === 'string') {
    return reader.strings(await reader.count(STRING_BYTES, `elements in ${what}`), what);
  }
  const count = await reader.count(ARRAY_BYTES, `elements in ${what}`);
  const values: GgufValue[] = [];
  for (let i = 0; i < count; i++) values.push(await readValue(reader, type, what, depth));
  return values;
}
