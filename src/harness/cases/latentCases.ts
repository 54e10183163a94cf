import { type LatentStoreShape, latentStore as latentStoreKernel } from '../../gpu/kernels/latentStore.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { latentStore } from '../../reference/latentStore.ts';
import { padRows, stepBuffer } from '../../selftest/inputs.ts';
import { ropeTable } from '../../util/ropeTable.ts';
import { caseId, type KernelCase } from '../kernelCase.ts';
import {
  cacheBinding,
  cacheFloats,
  cacheValues,
  N_CTX,
  pageTables,
  places,
  readCache,
} from './attentionCases.ts';

type Sizes = Pick<LatentStoreShape, 'nHead' | 'nNope' | 'nRope' | 'nLatent' | 'cache'>;

const usual: Sizes = { nHead: 3, nNope: 8, nRope: 4, nLatent: 12, cache: 'f32' };

/** Rows that have more values than are theirs. */
function shapeOf(sizes: Sizes, rows: number): LatentStoreShape {
  const { nHead, nNope, nRope, nLatent } = sizes;
  return {
    ...sizes,
    rows,
    qStride: nHead * (nNope + nRope) + 4,
    qLatentStride: nHead * nLatent + 8,
    kvStride: nLatent + nRope + 12,
    eps: 0.1,
  };
}

export const latentStoreCases: readonly KernelCase[] = [
  ...[1, places.length].map(rows => ({ ...usual, rows })),
  { ...usual, cache: 'f16' as const, rows: places.length },
  // As DeepSeek-V2 has it.
  { nHead: 2, nNope: 128, nRope: 64, nLatent: 512, cache: 'f16' as const, rows: 3 },
].map(({ rows, ...sizes }) => ({
  id: caseId('latent_store', { ...sizes, rows }),
  forRows: (tuning, nRows) => latentStoreKernel(shapeOf(sizes, nRows), tuning),
  make: tuning => {
    const { nHead, nNope, nRope, nLatent, cache } = sizes;
    const shape = shapeOf(sizes, rows);
    const at = places.slice(-rows);
    const width = nLatent + nRope;
    const table = ropeTable(N_CTX, nRope, 10000, 1);
    const inputs = {
      q: randomValues(rows * nHead * (nNope + nRope), 33),
      qLatent: randomValues(rows * nHead * nLatent, 34),
      kv: randomValues(rows * width, 35, 3),
      weight: randomValues(nLatent, 36),
    };
    const cells = { nHead: 1, nKvHead: 1, headDim: width, nRot: nRope, cache };
    const k = cacheValues(cells, 37);
    const before = cacheBinding(k);
    const queries = latentStore(inputs, table, at, k, pageTables, shape);
    return {
      spec: latentStoreKernel(shape, tuning),
      bindings: [
        stepBuffer(at, [], pageTables),
        padRows(inputs.q, nHead * (nNope + nRope), shape.qStride),
        padRows(inputs.qLatent, nHead * nLatent, shape.qLatentStride),
        padRows(inputs.kv, width, shape.kvStride),
        new Float32Array(queries.length),
        before,
        table,
        padRows(inputs.weight, nLatent),
      ],
      expected: [
        { binding: 4, values: queries, bound: 1e-12 },
        {
          binding: 5,
          values: cacheFloats(k),
          bound: cache === 'f16' ? 1e-7 : 1e-12,
          select: readCache(cells),
        },
      ],
    };
  },
}));
