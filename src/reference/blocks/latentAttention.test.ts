import { expect, it } from 'vitest';
import { openSource, readGguf, writeGguf } from '../../gguf/index.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { ropeTable } from '../../util/ropeTable.ts';
import { randomTensors } from '../randomModel.ts';
import { TINY_LATENT, tinySpec } from '../tinySpec.ts';
import { Weights } from '../weights.ts';
import { attendLatent } from './latentAttention.ts';

const { nHead, nNope, nRope, nLatent, valueDim, rope, scale } = TINY_LATENT;
const PREFIX = 'blk.0.';

it('equals attention whose heads have separate keys and values, expanded from the latent', async () => {
  const spec = tinySpec({ mixer: { ...TINY_LATENT, qRank: null } });
  const file = writeGguf({ metadata: {}, tensors: randomTensors(spec) });
  const weights = await Weights.open(await readGguf(await openSource(file)), spec);
  const rows = [1, 2, 3].map(seed => Float64Array.from(randomValues(spec.nEmbd, seed)));
  const rotation = { pairs: rope.pairs, nRot: nRope, table: ropeTable(3, rope) };
  const state = { keys: [], values: [], rotation, inputs: [], memory: new Float64Array() };
  const attention = { ...TINY_LATENT, qRank: null };
  const outputs = rows.map((x, at) => attendLatent(weights, PREFIX, attention, x, at, state));

  /** Value [row, column] of a matrix. */
  const cell = (name: string, row: number, column: number, index = 0) => {
    const { values, k, n } = weights.matrix(`${PREFIX}${name}.weight`);
    return values[(index * n + row) * k + column];
  };
  const product = (name: string, x: readonly number[], index = 0) =>
    Array.from({ length: weights.matrix(`${PREFIX}${name}.weight`).n }, (_, row) =>
      x.reduce((sum, value, column) => sum + cell(name, row, column, index) * value, 0),
    );
  const turned = (x: readonly number[], position: number) =>
    x.map((value, i) => {
      const angle = position * rope.base ** (-(i - (i % 2)) / nRope);
      return i % 2 === 0
        ? value * Math.cos(angle) - x[i + 1] * Math.sin(angle)
        : x[i - 1] * Math.sin(angle) + value * Math.cos(angle);
    });
  const spread = rows.map((x, position) => {
    const compressed = product('attn_kv_a_mqa', [...x]);
    const latent = compressed.slice(0, nLatent);
    const root = Math.sqrt(latent.reduce((sum, value) => sum + value ** 2, 0) / nLatent + TINY_LATENT.eps);
    const normed = latent.map(
      (value, i) => (value / root) * weights.values(`${PREFIX}attn_kv_a_norm.weight`)[i],
    );
    const shared = turned(compressed.slice(nLatent), position);
    return Array.from({ length: nHead }, (_, head) => ({
      // Columns of `attn_k_b` are the rows of the matrix that computes keys from the latent.
      key: [
        ...Array.from({ length: nNope }, (_, i) =>
          normed.reduce((sum, value, row) => sum + cell('attn_k_b', row, i, head) * value, 0),
        ),
        ...shared,
      ],
      value: product('attn_v_b', normed, head),
    }));
  });
  rows.forEach((x, position) => {
    const queries = product('attn_q', [...x]);
    const mixed = Array.from({ length: nHead }, (_, head) => {
      const own = queries.slice(head * (nNope + nRope), (head + 1) * (nNope + nRope));
      const query = [...own.slice(0, nNope), ...turned(own.slice(nNope), position)];
      const seen = spread.slice(0, position + 1).map(heads => heads[head]);
      const exponentials = seen.map(({ key }) =>
        Math.exp(scale * key.reduce((sum, value, i) => sum + value * query[i], 0)),
      );
      const total = exponentials.reduce((sum, value) => sum + value);
      return Array.from({ length: valueDim }, (_, i) =>
        seen.reduce((sum, { value }, at) => sum + (exponentials[at] / total) * value[i], 0),
      );
    });
    const expected = product('attn_output', mixed.flat());
    // The table's cosines and sines are float32.
    outputs[position].forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 5);
    });
  });
});
