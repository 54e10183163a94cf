import { expect, it } from 'vitest';
import { ropeTable } from '../util/ropeTable.ts';
import { latentStore } from './latentStore.ts';

const SHAPE = { nHead: 2, nNope: 1, nRope: 2, nLatent: 2, eps: 0 };
const floats = (...values: number[]) => Float32Array.from(values);

it('puts rotated values after the latent ones, in each query and in the cell of a row', () => {
  const table = ropeTable(2, { nRot: 2, base: 10000 });
  const inputs = {
    q: floats(9, 1, 0, 9, 0, 1),
    qLatent: floats(1, 2, 3, 4),
    // The root mean square is 5.
    kv: floats(5, -5, 2, 0),
    weight: floats(1, 10),
  };
  const { queries, cell } = latentStore(inputs, table, 1, SHAPE);
  const [cos, sin] = [Math.cos(1), Math.sin(1)];
  const rounded = (values: readonly number[]) => values.map(Math.fround);
  expect([...queries]).toEqual(rounded([1, 2, cos, sin, 3, 4, -sin, cos]));
  expect([...cell]).toEqual(rounded([1, -10, 2 * Math.fround(cos), 2 * Math.fround(sin)]));
});
