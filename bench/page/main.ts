import { assertNever } from '../../src/util/assert.ts';
import type { LookupSpeedup } from './draftedAnswer.ts';
import { measureLookups } from './lookups.ts';
import { comparePeers, type PeerComparison, type PeerOptions } from './peers.ts';
import { measureProducts } from './products.ts';
import { RANDOM_SHAPES, randomFile } from './randomModel.ts';
import { measureRepack } from './repack.ts';
import { measureSpeculation } from './speculation.ts';
import { measureWeightTypes } from './weightTypes.ts';

/** Model to measure: a file of this site, the bytes of one in base64, or one of random weights that is made here. */
export type BenchModel =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'bytes'; readonly base64: string }
  | { readonly kind: 'random'; readonly shape: keyof typeof RANDOM_SHAPES };

declare global {
  interface Window {
    /** API for `bin/bench.mjs` and `bin/benchPeers.mjs`. */
    bench: {
      comparePeers(model: BenchModel, options: PeerOptions): Promise<PeerComparison>;
      measureLookups(
        model: BenchModel,
        repetitions: number,
        kinds?: readonly string[],
      ): Promise<LookupSpeedup[]>;
      measureSpeculation: typeof measureSpeculation;
      measureProducts: typeof measureProducts;
      measureWeightTypes: typeof measureWeightTypes;
      measureRepack: typeof measureRepack;
    };
  }
}

window.bench = {
  comparePeers: async (model, options) => comparePeers(await blobOf(model), options),
  measureLookups: async (model, repetitions, kinds) =>
    measureLookups(await blobOf(model), repetitions, kinds),
  measureSpeculation,
  measureProducts,
  measureWeightTypes,
  measureRepack,
};

async function blobOf(model: BenchModel): Promise<Blob> {
  switch (model.kind) {
    case 'file':
      return (await fetch(new URL(model.path, location.href))).blob();
    case 'bytes':
      return (await fetch(`data:application/octet-stream;base64,${model.base64}`)).blob();
    case 'random':
      return new Blob([...(await randomFile(RANDOM_SHAPES[model.shape]))]);
    default:
      return assertNever(model);
  }
}
