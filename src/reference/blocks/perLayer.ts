import type { Layer, ModelSpec, PerLayerEmbedding } from '../../architectures/index.ts';
import type { Weights } from '../weights.ts';
import { activate } from './activation.ts';
import { linear } from './linear.ts';
import { applyNorm } from './norm.ts';
import { add, multiply, scale, type Vector } from './vector.ts';

/** Embeddings of a token for each layer, by its number and its row `x` of the residual stream before the first layer. */
export function perLayerEmbeddings(
  weights: Weights,
  { nEmbd, layers }: ModelSpec,
  { width, norm }: PerLayerEmbedding,
  token: number,
  x: Vector,
): readonly Vector[] {
  const own = scale(Float64Array.from(weights.row('per_layer_token_embd.weight', token)), Math.sqrt(width));
  const projected = scale(linear(weights, 'per_layer_model_proj', x), 1 / Math.sqrt(nEmbd));
  return layers.map((_, layer) => {
    const part = (of: Vector) => of.slice(layer * width, (layer + 1) * width);
    return scale(add(applyNorm(weights, norm, part(projected)), part(own)), Math.SQRT1_2);
  });
}

/** Branch of a layer with the token's embedding for it, before it is added. */
export function perLayerBranch(
  weights: Weights,
  { prefix, perLayerNorm }: Layer,
  x: Vector,
  embedding: Vector,
): Vector {
  const gate = activate('gelu', linear(weights, `${prefix}inp_gate`, x));
  const output = linear(weights, `${prefix}proj`, multiply(gate, embedding));
  return applyNorm(weights, perLayerNorm ?? null, output);
}
