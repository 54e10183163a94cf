import {
  type DenseFfn,
  type ExpertFfn,
  type Layer,
  type Mixer,
  type ModelSpec,
  type Norm,
  type Rope,
  ropeFactorsTensor,
  ropeOf,
} from '../architectures/index.ts';
import type { GgufFile } from '../gguf/index.ts';
import { assert, assertNever } from '../util/assert.ts';
import { ropeTable } from '../util/ropeTable.ts';
import * as altUps from './blocks/altUp.ts';
import { attend } from './blocks/attention.ts';
import { deltaNet } from './blocks/deltaNet.ts';
import { besideDense, mixExperts } from './blocks/experts.ts';
import { feedForward } from './blocks/feedForward.ts';
import { join } from './blocks/joint.ts';
import { attendLatent } from './blocks/latentAttention.ts';
import { withLaurel } from './blocks/laurel.ts';
import type { LayerState } from './blocks/layerState.ts';
import { linear } from './blocks/linear.ts';
import { mamba } from './blocks/mamba.ts';
import { mamba2 } from './blocks/mamba2.ts';
import { applyNorm } from './blocks/norm.ts';
import { perLayerBranch, perLayerEmbeddings } from './blocks/perLayer.ts';
import type { Rotation } from './blocks/rotate.ts';
import { shortConv } from './blocks/shortConv.ts';
import { add, scale, softcap, type Vector } from './blocks/vector.ts';
import { spreadLogits } from './spreadLogits.ts';
import { suppress } from './suppress.ts';
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
    const states: LayerState[] = [];
    for (const { mixer, beside } of spec.layers) {
      const rope = ropeOf(mixer);
      const source = mixer.kind === 'attention' && mixer.cacheOf !== undefined ? states[mixer.cacheOf] : null;
      states.push({
        keys: source?.keys ?? [],
        values: source?.values ?? [],
        rotation: rope && rotationOf(rope),
        inputs: [],
        memory: new Float64Array(memorySize(mixer) + (beside ? memorySize(beside) : 0)),
      });
    }
    this.#states = states;
  }

  /** Opens the twin of the model in `gguf` with room for `nCtx` positions. @throws ForetokenError as `Weights.open` does */
  static async open(gguf: GgufFile, spec: ModelSpec, nCtx: number): Promise<CpuTwin> {
    return new CpuTwin(spec, await Weights.open(gguf, spec), nCtx);
  }

  /**
   * Decodes `token` at `position`, after all smaller positions, and returns the logits [nVocab] of the next token. `hidden`: see
   * `embed`.
   */
  forward(token: number, position: number, hidden?: Vector): Vector {
    return this.logits(this.embed(token, position, hidden));
  }

  /** Logits [nVocab] of a hidden state. */
  logits(state: Vector): Vector {
    const { head } = this.#spec;
    const products = linear(this.#weights, head.tensor, state);
    const biased = head.bias ? add(products, this.#weights.values('output.bias')) : products;
    const own = softcap(scale(biased, head.scale), head.softcap);
    const { subset, suppressed = [] } = head;
    const all = subset ? spreadLogits(own, this.#weights.values(subset.tensor), this.#spec.nVocab) : own;
    return suppress(all, suppressed);
  }

  /**
   * Like `forward`, up to the hidden state [nEmbd] after the last norm. An MTP head reads `hidden`, the state of the position before:
   * the target's, its own while it drafts, or none.
   */
  embed(token: number, position: number, hidden?: Vector): Vector {
    const inputs = this.inputs(token, position, hidden);
    return this.normed(inputs[inputs.length - 1]);
  }

  /** Applies the last norm. */
  normed(x: Vector): Vector {
    return applyNorm(this.#weights, this.#spec.head.norm, x);
  }

  /** Like `embed`, up to the residual streams before each layer, and before the last norm. */
  inputs(token: number, position: number, hidden?: Vector): Vector[] {
    assert(position < this.#nCtx, () => `position ${position} of a context of ${this.#nCtx}`);
    const { embedding, altUp, layers } = this.#spec;
    let x = scale(Float64Array.from(this.#weights.row(`${embedding.tensor}.weight`, token)), embedding.scale);
    if (embedding.nPositions !== null) x = add(x, this.#weights.row('position_embd.weight', position));
    const { joint } = embedding;
    const joined = joint && join(this.#weights, joint, x, hidden ?? new Float64Array(x.length));
    if (joined) x = joined.x;
    const own =
      embedding.perLayer && perLayerEmbeddings(this.#weights, this.#spec, embedding.perLayer, token, x);
    let rows: readonly Vector[] = altUp ? altUps.open(this.#weights, altUp, x) : [x];
    const inputs: Vector[] = [];
    for (const [index, layer] of layers.entries()) {
      inputs.push(rows[0]);
      const given = { own: own?.[index], mixerInput: joined?.mixerInput };
      rows = this.#streams(layer, rows, position, this.#states[index], given);
    }
    return [...inputs, altUp ? altUps.close(this.#weights, rows) : rows[0]];
  }

  /**
   * Runs a layer on the residual streams of a row: one, or several with AltUp. `own` is the token's embedding for the layer,
   * `mixerInput` the mixer's input if it is not made from the stream.
   */
  #streams(
    layer: Layer,
    streams: readonly Vector[],
    position: number,
    state: LayerState,
    { own, mixerInput }: { readonly own: Vector | undefined; readonly mixerInput: Vector | undefined },
  ): readonly Vector[] {
    const weights = this.#weights;
    const factor = layer.outputScale ? weights.values(`${layer.prefix}layer_output_scale.weight`)[0] : 1;
    const branch = (x: Vector) => (own ? perLayerBranch(weights, layer, x, own) : null);
    if (!layer.altUp) {
      const x = this.#layer(layer, streams[0], position, state, mixerInput);
      const added = branch(x);
      return [scale(added ? add(x, added) : x, factor)];
    }
    const predicted = altUps.predict(weights, layer, streams);
    const output = this.#layer(layer, predicted[0], position, state);
    const corrected = altUps.correct(weights, layer, predicted, output);
    const added = branch(altUps.branchRow(weights, layer, corrected));
    return corrected.map((x, j) => scale(j > 0 && added ? add(x, added) : x, factor));
  }

  #layer(layer: Layer, x: Vector, position: number, state: LayerState, mixerInput?: Vector): Vector {
    const norm = (of: Norm | null, row: Vector) => applyNorm(this.#weights, of, row);
    const input = mixerInput ?? norm(layer.attnNorm, x);
    const { prefix, mixer, beside } = layer;
    const mixed = this.#mix(prefix, mixer, input, position, state);
    const all = beside ? add(mixed, this.#mix(prefix, beside, input, position, state)) : mixed;
    const branched = add(x, scale(norm(layer.postAttnNorm, all), layer.residualScale));
    const { laurel } = layer;
    const h = laurel ? withLaurel(this.#weights, prefix, laurel, input, branched) : branched;
    if (layer.ffn === null) return h;
    const sharesNorm = layer.parallel && layer.ffnNorm === null;
    const source = layer.parallel ? x : h;
    const fed = this.#feedForward(prefix, layer.ffn, sharesNorm ? input : norm(layer.ffnNorm, source));
    const { expertsBeside } = layer;
    const both = expertsBeside ? besideDense(this.#weights, prefix, expertsBeside, source, fed) : fed;
    return add(h, scale(norm(layer.postFfnNorm, both), layer.residualScale));
  }

  #mix(prefix: string, mixer: Mixer, x: Vector, position: number, state: LayerState): Vector {
    switch (mixer.kind) {
      case 'attention':
        return attend(this.#weights, prefix, mixer, x, position, state);
      case 'latent':
        return attendLatent(this.#weights, prefix, mixer, x, position, state);
      case 'shortConv':
        return shortConv(this.#weights, prefix, mixer, x, position, state);
      case 'deltaNet':
        return deltaNet(this.#weights, prefix, mixer, x, position, state);
      case 'mamba':
        return mamba(this.#weights, prefix, mixer, x, position, state);
      case 'mamba2':
        return mamba2(this.#weights, prefix, mixer, x, position, state);
      default:
        return assertNever(mixer);
    }
  }

  #feedForward(prefix: string, ffn: DenseFfn | ExpertFfn, x: Vector): Vector {
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

/** Values of a mixer's state. */
function memorySize(mixer: Mixer): number {
  switch (mixer.kind) {
    case 'attention':
    case 'latent':
    case 'shortConv':
      return 0;
    case 'deltaNet':
      return mixer.nValueHead * mixer.keyDim * mixer.valueDim;
    case 'mamba':
      return mixer.nInner * mixer.nState;
    case 'mamba2':
      return mixer.nHead * mixer.nState * mixer.headDim;
    default:
      return assertNever(mixer);
  }
}

function newRotation(weights: Weights, rope: Rope, nCtx: number): Rotation {
  const factors = rope.factors && weights.values(`${ropeFactorsTensor(rope.factors, nCtx)}.weight`);
  return { pairs: rope.pairs, nRot: rope.nRot, table: ropeTable(nCtx, rope, factors) };
}
