import { PAGE_POSITIONS, pagesFor } from '../util/kvPage.ts';
import { ropeTable } from '../util/ropeTable.ts';
import { attention } from './attention.ts';
import { getRows } from './getRows.ts';
import type { KvCache, KvShape } from './kvCache.ts';
import { kvStore } from './kvStore.ts';
import { mulMat } from './mulMat.ts';
import { mulMatIdSum, mulMatIdSwiglu } from './mulMatId.ts';
import { mulMatSwiglu } from './mulMatSwiglu.ts';
import { rmsNorm } from './rmsNorm.ts';
import { type RopeLayout, rope } from './rope.ts';
import { router } from './router.ts';

/** Hyperparameters of a llama model, by GGUF's `llama.*` metadata. */
export interface TransformerConfig {
  readonly nVocab: number;
  readonly nEmbd: number;
  readonly nHead: number;
  readonly nKvHead: number;
  readonly headDim: number;
  readonly nFf: number;
  readonly rmsEps: number;
  readonly nRot: number;
  readonly ropeLayout: RopeLayout;
  readonly ropeFreqBase: number;
  readonly ropeFreqScale: number;
  /** Experts per token; 0 for a dense model. */
  readonly nExpertUsed: number;
}

/** Matrices are [outputs, inputs], row-major, and experts one after the other; `null` where a model has no such tensor. */
export interface TransformerWeights {
  readonly tokenEmbd: Float32Array;
  readonly outputNorm: Float32Array;
  /** Without it the embeddings are the output matrix too. */
  readonly output: Float32Array | null;
  readonly ropeFreqs: Float32Array | null;
  readonly layers: readonly LayerWeights[];
}

export interface LayerWeights {
  readonly attnNorm: Float32Array;
  readonly attnQ: Float32Array;
  readonly attnK: Float32Array;
  readonly attnV: Float32Array;
  readonly attnOutput: Float32Array;
  readonly ffnNorm: Float32Array;
  readonly ffn: DenseFfn | MoeFfn;
}

export interface DenseFfn {
  readonly kind: 'dense';
  readonly gate: Float32Array;
  readonly up: Float32Array;
  readonly down: Float32Array;
}

export interface MoeFfn {
  readonly kind: 'moe';
  readonly gateInp: Float32Array;
  readonly gateExps: Float32Array;
  readonly upExps: Float32Array;
  readonly downExps: Float32Array;
}

/** One layer's caches. */
interface LayerCache {
  readonly k: KvCache;
  readonly v: KvCache;
}

/**
 * A llama model on the CPU, one sequence and one position at a time: the reference ops in a row, activations rounded to
 * float32 between them (Touvron et al. 2023; mixture of experts as in Mixtral).
 */
export class Transformer {
  readonly #config: TransformerConfig;
  readonly #weights: TransformerWeights;
  readonly #kvShape: KvShape;
  readonly #ropeTable: Float32Array;
  readonly #caches: readonly LayerCache[];

  /** Room for `nCtx` positions, cached in `cacheType`. */
  constructor(
    config: TransformerConfig,
    weights: TransformerWeights,
    nCtx: number,
    cacheType: 'f32' | 'f16' = 'f32',
  ) {
    const { nKvHead, headDim, nRot, ropeFreqBase, ropeFreqScale } = config;
    const nPages = pagesFor(nCtx);
    const newCache = () => {
      const length = nPages * PAGE_POSITIONS * nKvHead * headDim;
      return cacheType === 'f32' ? new Float32Array(length) : new Uint16Array(length);
    };
    this.#config = config;
    this.#weights = weights;
    this.#kvShape = { pageTables: [[...Array(nPages).keys()]], nKvHead, headDim };
    this.#ropeTable = ropeTable(nCtx, nRot, ropeFreqBase, ropeFreqScale, weights.ropeFreqs ?? undefined);
    this.#caches = weights.layers.map(() => ({ k: newCache(), v: newCache() }));
  }

  /** Decodes `token` at `position`, after all smaller positions, and returns the logits [nVocab] of the next token. */
  forward(token: number, position: number): Float32Array<ArrayBuffer> {
    const { nVocab, nEmbd } = this.#config;
    const { tokenEmbd, output } = this.#weights;
    return mulMat(output ?? tokenEmbd, this.embed(token, position), nVocab, nEmbd);
  }

  /** The same up to the hidden state [nEmbd] behind the last norm. */
  embed(token: number, position: number): Float32Array<ArrayBuffer> {
    const { nEmbd, rmsEps } = this.#config;
    const { tokenEmbd, outputNorm, layers } = this.#weights;
    let x = getRows(tokenEmbd, nEmbd, [token]);
    layers.forEach((layer, index) => {
      x = this.#attend(x, layer, this.#caches[index], position);
      x = this.#feedForward(x, layer);
    });
    return rmsNorm(x, outputNorm, nEmbd, rmsEps);
  }

  #attend(
    x: Float32Array<ArrayBuffer>,
    layer: LayerWeights,
    cache: LayerCache,
    position: number,
  ): Float32Array<ArrayBuffer> {
    const { nEmbd, nHead, nKvHead, headDim, nRot, ropeLayout, rmsEps } = this.#config;
    const rows = [{ slot: 0, position }];
    const ropeShape = { layout: ropeLayout, headDim, nRot };
    const normed = rmsNorm(x, layer.attnNorm, nEmbd, rmsEps);
    const q = mulMat(layer.attnQ, normed, nHead * headDim, nEmbd);
    const k = mulMat(layer.attnK, normed, nKvHead * headDim, nEmbd);
    const v = mulMat(layer.attnV, normed, nKvHead * headDim, nEmbd);
    kvStore(cache.k, rope(k, this.#ropeTable, [position], ropeShape), rows, this.#kvShape);
    kvStore(cache.v, v, rows, this.#kvShape);
    const turned = rope(q, this.#ropeTable, [position], ropeShape);
    const mixed = attention(turned, cache.k, cache.v, rows, nHead, this.#kvShape);
    return mulMat(layer.attnOutput, mixed, nEmbd, nHead * headDim, x);
  }

  #feedForward(x: Float32Array<ArrayBuffer>, { ffn, ffnNorm }: LayerWeights): Float32Array<ArrayBuffer> {
    const { nEmbd, nFf, nExpertUsed, rmsEps } = this.#config;
    const normed = rmsNorm(x, ffnNorm, nEmbd, rmsEps);
    if (ffn.kind === 'dense') {
      return mulMat(ffn.down, mulMatSwiglu(ffn.gate, ffn.up, normed, nFf, nEmbd), nEmbd, nFf, x);
    }
    const shape = { nEmbd, nFf, nUsed: nExpertUsed };
    const { ids, weights } = router(ffn.gateInp, normed, nEmbd, nExpertUsed);
    const h = mulMatIdSwiglu(ffn.gateExps, ffn.upExps, normed, ids, shape);
    return mulMatIdSum(ffn.downExps, h, ids, weights, x, shape);
  }
}
