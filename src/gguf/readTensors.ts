import { byteLength, GGML_TYPES, ggmlTypeById } from '../quant/types.ts';
import { ForetokenError } from '../util/errors.ts';
import { alignUp } from '../util/math.ts';
import type { HeaderReader } from './headerReader.ts';
import { readName } from './readMetadata.ts';
import type { GgufTensor } from './types.ts';

/** `GGML_MAX_NAME` and `GGML_MAX_DIMS`. */
const MAX_NAME_BYTES = 64;
const MAX_DIMS = 4;
/** Bytes of a name's length, the number of dimensions, one dimension, type and offset. */
export const MIN_TENSOR_INFO_BYTES = 32;

/**
 * Reads the `count` tensor infos after the metadata. The last one ends the header; the data begins at the next multiple of
 * `alignment`.
 */
export async function readTensors(
  reader: HeaderReader,
  count: number,
  alignment: number,
): Promise<Map<string, GgufTensor>> {
  const relative: GgufTensor[] = [];
  for (let i = 0; i < count; i++) relative.push(await readTensor(reader, i, alignment));

  const dataStart = alignUp(reader.position, alignment);
  const tensors = new Map<string, GgufTensor>();
  for (const tensor of relative) {
    if (tensors.has(tensor.name)) reader.fail(`tensor "${tensor.name}" appears twice`);
    tensors.set(tensor.name, { ...tensor, offset: dataStart + tensor.offset });
  }
  checkPlaces(reader, [...tensors.values()]);
  return tensors;
}

/** Reads one tensor info. Its offset is relative to the start of the data, as in the file. */
async function readTensor(reader: HeaderReader, index: number, alignment: number): Promise<GgufTensor> {
  const name = await readName(reader, `the name of tensor ${index}`, MAX_NAME_BYTES);
  const what = `tensor "${name}"`;

  const nDims = await reader.uint32(what);
  if (nDims < 1 || nDims > MAX_DIMS)
    reader.fail(`${what} has ${nDims} dimensions instead of 1 to ${MAX_DIMS}`);
  const shape: number[] = [];
  for (let i = 0; i < nDims; i++) shape.push(await reader.size(`dimension ${i} of ${what}`));
  const nElements = shape.reduce((product, size) => product * size, 1);
  if (nElements === 0) reader.fail(`${what} of shape [${shape.join(', ')}] has no elements`);
  if (!Number.isSafeInteger(nElements)) reader.fail(`${what} of shape [${shape.join(', ')}] is too large`);

  const typeId = await reader.uint32(what);
  const type = ggmlTypeById(typeId);
  if (type === undefined) {
    const message = `${what} has the unknown type ${typeId}; known are ${Object.keys(GGML_TYPES).join(', ')}: convert the model to one of them`;
    throw new ForetokenError('unsupported_model', message, { tensor: name, type: typeId });
  }
  const { blockLength } = GGML_TYPES[type];
  const rowLength = shape[0] ?? 0;
  if (rowLength % blockLength !== 0)
    reader.fail(`${what} has rows of ${rowLength} values, not a multiple of the ${blockLength} of ${type}`);

  const offset = await reader.size(`the offset of ${what}`);
  if (offset % alignment !== 0)
    reader.fail(`${what} is at offset ${offset}, not a multiple of the alignment ${alignment}`);
  return { name, type, shape, nElements, offset, sizeBytes: byteLength(type, nElements) };
}

/** Checks that every tensor lies within the file and that no two overlap. */
function checkPlaces(reader: HeaderReader, tensors: GgufTensor[]): void {
  tensors.sort((a, b) => a.offset - b.offset);
  let previous: GgufTensor | undefined;
  for (const tensor of tensors) {
    const end = tensor.offset + tensor.sizeBytes;
    if (end > reader.fileBytes) {
      reader.fail(
        `tensor "${tensor.name}" ends at byte ${end} but the file has ${reader.fileBytes}; it may be an incomplete download`,
      );
    }
    if (previous && previous.offset + previous.sizeBytes > tensor.offset)
      reader.fail(`tensors "${previous.name}" and "${tensor.name}" overlap at byte ${tensor.offset}`);
    previous = tensor;
  }
}
