import { ForetokenError } from '../util/errors.ts';
import { joinSources } from './joinedSource.ts';
import { getNumber } from './metadata.ts';
import type { GgufFile, GgufTensor } from './types.ts';

/**
 * Keys of a part, as written by llama.cpp's gguf-split: its number from 0, the number of parts, and the total number of tensors.
 */
const NO_KEY = 'split.no';
const COUNT_KEY = 'split.count';
const TENSORS_KEY = 'split.tensors.count';

/** Number of parts of the model of `file`; 1 for a whole file. Throws `invalid_gguf`. */
export function partCount({ source, metadata }: GgufFile): number {
  const count = metadata.get(COUNT_KEY) ?? 1;
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return Math.max(count, 1);
  throw invalid(`${source.name}: ${COUNT_KEY} is ${String(count)}, not a number of parts`);
}

/**
 * Joins the parts that gguf-split made of a model. They may come in any order: their `split.no` decides. The first part has the
 * metadata; each tensor lies within one part. A whole file is a model of one part.
 *
 * @throws ForetokenError `invalid_gguf`, which names a part that is missing, duplicated, or of another model
 */
export function joinParts<F extends GgufFile>(files: readonly F[]): F {
  const [only] = files;
  if (files.length === 1 && partCount(only) === 1) return only;
  const parts = inOrder(files);
  const [first] = parts;
  for (const part of parts) checkSameModel(first, part);
  const tensors = new Map<string, GgufTensor>();
  let start = 0;
  for (const part of parts) {
    for (const tensor of part.tensors.values()) {
      if (tensors.has(tensor.name))
        throw invalid(`tensor "${tensor.name}" is in ${part.source.name} and in a part before it`);
      tensors.set(tensor.name, { ...tensor, offset: start + tensor.offset });
    }
    start += part.source.sizeBytes;
  }
  const nTensors = getNumber(first.metadata, TENSORS_KEY);
  if (tensors.size !== nTensors)
    throw invalid(
      `${first.source.name} belongs to a model of ${nTensors} tensors (${TENSORS_KEY}), but its ${parts.length} parts have ${tensors.size}; one of them may be of another model`,
    );
  return { ...first, source: joinSources(parts.map(({ source }) => source)), tensors };
}

/** Sorts the parts by number and checks that each is there once. */
function inOrder<F extends GgufFile>(files: readonly F[]): F[] {
  const count = partCount(files[0]);
  const byNo = new Map<number, F>();
  for (const file of files) {
    const { name } = file.source;
    const ownCount = partCount(file);
    if (ownCount === 1)
      throw invalid(`${name} is a whole model, not a part of one; give it alone, or the parts of one model`);
    if (ownCount !== count)
      throw invalid(
        `${name} is a part of a model in ${ownCount} parts, but ${files[0].source.name} of one in ${count}; give the parts of one model`,
      );
    const no = file.metadata.get(NO_KEY);
    if (typeof no !== 'number' || !Number.isInteger(no) || no < 0 || no >= count)
      throw invalid(`${name}: ${NO_KEY} is ${String(no)}, not a number from 0 to ${count - 1}`);
    const twin = byNo.get(no);
    if (twin)
      throw invalid(`${twin.source.name} and ${name} are both part ${no + 1} of ${count}; leave one out`);
    byNo.set(no, file);
  }
  if (byNo.size < count) throw missing(byNo, count);
  return [...byNo].sort(([a], [b]) => a - b).map(([, file]) => file);
}

function missing(byNo: ReadonlyMap<number, GgufFile>, count: number): ForetokenError {
  const [[no, { source }]] = byNo;
  let absent = 0;
  while (byNo.has(absent)) absent++;
  const nMissing = count - byNo.size;
  const lacks =
    nMissing === 1 ? `part ${absent + 1} is missing` : `${nMissing} are missing, part ${absent + 1} first`;
  return invalid(`${source.name} is part ${no + 1} of ${count}, but ${lacks}; give all ${count} parts`);
}

/** Checks that metadata which a part repeats equals the first part's; arrays are not compared. */
function checkSameModel(first: GgufFile, part: GgufFile): void {
  for (const [key, value] of part.metadata) {
    const expected = first.metadata.get(key) ?? value;
    if (key === NO_KEY || typeof value === 'object' || Object.is(expected, value)) continue;
    throw invalid(
      `${part.source.name} is a part of another model than ${first.source.name}: its ${key} is ${String(value)}, not ${String(expected)}`,
    );
  }
}

function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_gguf', message);
}
