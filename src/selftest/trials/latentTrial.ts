import type { KernelSpec } from '../../gpu/pipelines.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { kvOffset } from '../../reference/kvCache.ts';
import { latentStore } from '../../reference/latentStore.ts';
import { PAGE_POSITIONS } from '../../util/kvPage.ts';
import { ropeTable } from '../../util/ropeTable.ts';
import { BOUND, type Contents, dense, floatsAt, type Trial, zeros } from '../trial.ts';
import { joined } from './products.ts';
import { cacheLength, cells, N_POSITIONS, pageTables, placeOf, step } from './slots.ts';

export function latentStoreTrial(spec: KernelSpec, rows: readonly number[]): Trial {
  const { N_HEAD: nHead, N_NOPE: nNope, N_ROPE: nRope, N_LATENT: nLatent, EPS: eps } = spec.overrides;
  const { Q_STRIDE, Q_LATENT_STRIDE, KV_STRIDE } = spec.overrides;
  const width = nLatent + nRope;
  const [qWidth, latentWidth] = [nHead * (nNope + nRope), nHead * nLatent];
  const [q, qLatent, kv] = [qWidth, latentWidth, width].map((length, which) =>
    rows.map(row => randomValues(length, 50 + 3 * row + which)),
  );
  const weight = randomValues(nLatent, 49);
  const table = ropeTable(N_POSITIONS, nRope, 10000, 1);
  const tables = pageTables(PAGE_POSITIONS);
  const shape = {
    nHead: 1,
    nKvHead: 1,
    headDim: width,
    nRot: nRope,
    isHalf: spec.defines.CACHE === 'f16',
    pageTables: tables,
  };
  const cache = shape.isHalf ? new Uint16Array(cacheLength(shape)) : new Float32Array(cacheLength(shape));
  const places = rows.map(row => placeOf(row));
  const inputs = { q: joined(q), qLatent: joined(qLatent), kv: joined(kv), weight };
  const queries = latentStore(inputs, table, places, cache, tables, { nHead, nNope, nRope, nLatent, eps });
  const spread = (parts: readonly Float32Array<ArrayBuffer>[], quads: number): Contents => ({
    size: parts.length * 4 * quads,
    stretches: parts.map((words, i) => ({ at: i * 4 * quads, words })),
  });
  return {
    workgroups: () => [spec.workgroups[0], rows.length, 1],
    bindings: [
      step(rows),
      spread(q, Q_STRIDE),
      spread(qLatent, Q_LATENT_STRIDE),
      spread(kv, KV_STRIDE),
      zeros(queries.length),
      zeros(shape.isHalf ? cache.length / 2 : cache.length),
      dense(table),
      dense(weight),
    ],
    rows: places.map((place, i) => {
      const at = i * nHead * width;
      return [
        {
          values: queries.slice(at, at + nHead * width),
          read: floatsAt(4, at, nHead * width),
          bound: BOUND,
        },
        cells(cache, 5, kvOffset(shape, place), width),
      ];
    }),
  };
}
