import {
  type Layer,
  type ModelSpec,
  type Norm,
  type Rope,
  ropeFactorsTensor,
} from '../architectures/index.ts';
import type { GgufFile } from '../gguf/index.ts';
import { assert, assertNever } from '../util/assert.ts';
import { ropeTable } from '../util/ropeTable.ts';
import { attend } from './blocks/attention.ts';
import { mixExperts } from './blocks/experts.ts';
import { feedForward } from './blocks/feedForward.ts';
import { attendLatent } from './blocks/latentAttention.ts';
import type { LayerState } from './blocks/layerState.ts';
import { linear } from './blocks/linear.ts';
import { applyNorm } from './blocks/norm.ts';
import type { Rotation } from './blocks/rotate.ts';
import { add, scale, softcap, type Vector } from './blocks/vector.ts';
import { Weights } from './weights.ts';

/**
 * CPU twin of a model, with which tests compare the GPU's model: interprets its description for one sequence, one position at a
 * time, in double precision.
 */
export class CpuTwin {
  readonly #spec: ModelSpec;
  readonly #weights: Weights;
  readonly #nCtx: number;
  readonly #states: readonly LayerState[];

  private constructor(spec: ModelSpec, weights: Weights, nCtx: number) {
    this.#spec = spec;
    this.#weights = weights;
    this.#nCtx = nCtx;
    const rotations = new Map<string, Rotation>();
    const rotationOf = (rope: Rope) => {
      const key = JSON.stringify(rope);
      const rotation = rotations.get(key) ?? newRotation(weights, rope, nCtx);
      rotations.set(key, rotation);
      return rotation;
    };
    this.#states = spec.layers.map(({ attention: { rope } }) => ({
      keys: [],
      values: [],
      rotation: rope && rotationOf(rope),
    }));
  }

  /** Opens the twin of the model in `gguf` with room for `nCtx` positions. @throws ForetokenError as `Weights.open` does */
  static async open(gguf: GgufFile, spec: ModelSpec, nCtx: number): Promise<CpuTwin> {
    return new CpuTwin(spec, await Weights.open(gguf, spec), nCtx);
  }

  /** Decodes `token` at `position`, after all smaller positions, and returns the logits [nVocab] of the next token. */
  forward(token: number, position: number): Vector {
    const { head } = this.#spec;
    const state = this.embed(token, position);
    const products = linear(this.#weights, head.tied ? 'token_embd' : 'output', state);
    const logits = head.bias ? add(products, this.#weights.values('output.bias')) : products;
    return softcap(scale(logits, head.scale), head.softcap);
  }

  /** Like `forward`, up to the hidden state [nEmbd] after the last norm. */
  embed(token: number, position: number): Vector {
    assert(position < this.#nCtx, () => `position ${position} of a context of ${this.#nCtx}`);
    const { embedding, layers, head } = this.#spec;
    let x = scale(Float64Array.from(this.#weights.row('token_embd.weight', token)), embedding.scale);
    if (embedding.nPositions !== null) x = add(x, this.#weights.row('position_embd.weight', position));
    layers.forEach((layer, index) => {
      x = this.#layer(layer, x, position, this.#states[index]);
    });
    return applyNorm(this.#weights, head.norm, x);
  }

  #layer(layer: Layer, x: Vector, position: number, state: LayerState): Vector {
    const norm = (of: Norm | null, row: Vector) => applyNorm(this.#weights, of, row);
    const input = norm(layer.attnNorm, x);
    const attended = norm(layer.postAttnNorm, this.#attend(layer, input, position, state));
    const h = add(x, scale(attended, layer.residualScale));
    const sharesNorm = layer.parallel && layer.ffnNorm === null;
    const ffnInput = sharesNorm ? input : norm(layer.ffnNorm, layer.parallel ? x : h);
    const fed = norm(layer.postFfnNorm, this.#feedForward(layer, ffnInput));
    return add(h, scale(fed, layer.residualScale));
  }

  #attend({ prefix, attention }: Layer, x: Vector, position: number, state: LayerState): Vector {
    switch (attention.kind) {
      case 'attention':
        return attend(this.#weights, prefix, attention, x, position, state);
      case 'latent':
        return attendLatent(this.#weights, prefix, attention, x, position, state);
      default:
        return assertNever(attention);
    }
  }

  #feedForward({ prefix, ffn }: Layer, x: Vector): Vector {
    switch (ffn.kind) {
      case 'dense':
        return feedForward(this.#weights, prefix, ffn, x);
      case 'experts':
        return mixExperts(this.#weights, prefix, ffn, x);
      default:
        return assertNever(ffn);
    }
  }
}

function newRotation(weights: Weights, rope: Rope, nCtx: number): Rotation {
  const factors = rope.factors && weights.values(`${ropeFactorsTensor(rope.factors, nCtx)}.weight`);
  return { pairs: rope.pairs, nRot: rope.nRot, table: ropeTable(nCtx, rope, factors) };
}
