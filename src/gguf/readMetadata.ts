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

/** Metadata up to the end, or up to an array of strings that is longer than wanted. */
export interface MetadataSoFar {
  readonly metadata: Map<string, GgufValue>;
  /** Array at which reading stopped, before its first string; null at the end. */
  readonly longArray: { readonly key: string; readonly count: number } | null;
}

/** Reads the `count` key-value pairs after the header's counts. */
export async function readMetadata(reader: HeaderReader, count: number): Promise<Map<string, GgufValue>> {
  return (await readMetadataUpTo(reader, count, Number.POSITIVE_INFINITY)).metadata;
}

/** Reads at most `count` key-value pairs, and stops at the first array of more than `mostStrings` strings. */
export async function readMetadataUpTo(
  reader: HeaderReader,
  count: number,
  mostStrings: number,
): Promise<MetadataSoFar> {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    const key = await readName(reader, `metadata key ${i}`, MAX_KEY_BYTES);
    if (metadata.has(key)) reader.fail(`metadata key "${key}" appears twice`);
    const what = `the value of "${key}"`;
    const type = await readType(reader, what);
    if (type !== 'array') {
      metadata.set(key, await readPlain(reader, type, what));
      continue;
    }
    const head = await readArrayHead(reader, what);
    if (head.type === 'string' && head.count > mostStrings) {
      return { metadata, longArray: { key, count: head.count } };
    }
    metadata.set(key, await readElements(reader, head, what, 1));
  }
  return { metadata, longArray: null };
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

async function readPlain(
  reader: HeaderReader,
  type: Exclude<ValueType, 'array'>,
  what: string,
): Promise<GgufValue> {
  return type === 'string' ? reader.string(what) : reader.scalar(type, what);
}

interface ArrayHead {
  readonly type: ValueType;
  readonly count: number;
}

async function readArrayHead(reader: HeaderReader, what: string): Promise<ArrayHead> {
  const type = await readType(reader, what);
  const itemBytes = type === 'string' ? STRING_BYTES : type === 'array' ? ARRAY_BYTES : SCALARS[type].bytes;
  return { type, count: await reader.count(itemBytes, `elements in ${what}`) };
}

async function readElements(
  reader: HeaderReader,
  { type, count }: ArrayHead,
  what: string,
  depth: number,
): Promise<GgufValue> {
  if (depth > MAX_ARRAY_DEPTH) reader.fail(`${what} nests arrays more than ${MAX_ARRAY_DEPTH} deep`);
  if (type === 'string') return reader.strings(count, what);
  if (type !== 'array') return reader.scalars(type, count, what);
  const values: GgufValue[] = [];
  for (let i = 0; i < count; i++)
    values.push(await readElements(reader, await readArrayHead(reader, what), what, depth + 1));
  return values;
}
