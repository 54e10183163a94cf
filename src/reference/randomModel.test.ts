import { describe, expect, it } from 'vitest';
import { dequantize } from '../quant/dequantize.ts';
import { randomTensors } from './randomModel.ts';
import { tinySpec } from './tinySpec.ts';

/** Values of a tensor, by its name. */
function valuesOf(tensors: ReturnType<typeof randomTensors>, name: string): Float32Array {
  const tensor = tensors.find(tensor => tensor.name === name);
  if (tensor === undefined) throw new Error(`no ${name}`);
  return dequantize(tensor.type as 'F32' | 'Q8_0', tensor.data);
}

describe('randomTensors', () => {
  /** An embedding with more values than a pool. */
  const large = tinySpec({}, { nVocab: 1000, nEmbd: 128 });

  it('gives the same values for the same seed, and other values for another', () => {
    const [first, same, other] = [1, 1, 2].map(seed => randomTensors(large, { seed }));
    first.forEach(({ data }, i) => {
      expect(Buffer.compare(data, same[i].data)).toBe(0);
      expect(Buffer.compare(data, other[i].data)).not.toBe(0);
    });
  });

  it('makes distinct rows of a length of about 1, in the requested type', () => {
    const tensors = randomTensors(large, { typeOf: () => 'Q8_0' });
    expect(tensors.find(({ name }) => name === 'blk.0.attn_norm.weight')?.type).toBe('F32');
    const values = valuesOf(tensors, 'token_embd.weight');
    const rows = Array.from({ length: 1000 }, (_, id) => values.subarray(128 * id, 128 * id + 128));
    const lengths = rows.map(row => Math.hypot(...row));
    expect(lengths.reduce((sum, length) => sum + length, 0) / 1000).toBeCloseTo(1, 1);
    expect(new Set(rows.map(row => row.join())).size).toBe(1000);
  });
});
