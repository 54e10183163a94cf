import type { LatentAttention } from '../../architectures/index.ts';
import { assert } from '../../util/assert.ts';
import type { Weights } from '../weights.ts';
import type { LayerState } from './layerState.ts';
import { linear } from './linear.ts';
import { applyNorm } from './norm.ts';
import { rotate } from './rotate.ts';
import { attendHead } from './scores.ts';
import type { Vector } from './vector.ts';

/** Latent attention, absorbed (DeepSeek V2): all heads share one row with the latent and the rotated key. */
export function attendLatent(
  weights: Weights,
  prefix: string,
  spec: LatentAttention,
  x: Vector,
  position: number,
  state: LayerState,
): Vector {
  const { nHead, nNope, nRope, nLatent, valueDim } = spec;
  const { rotation } = state;
  assert(rotation, 'latent attention without rope');
  const compressed = linear(weights, `${prefix}attn_kv_a_mqa`, x);
  const latent = rms(weights, `${prefix}attn_kv_a_norm`, spec, compressed.slice(0, nLatent));
  state.keys[position] = join(latent, rotate(rotation, compressed.slice(nLatent), nRope, position));

  const headDim = nNope + nRope;
  const queries = rotate(rotation, project(weights, prefix, spec, x), headDim, position, nNope);
  const keys = state.keys.slice(0, position + 1);
  const latents = keys.map(key => key.subarray(0, nLatent));
  const mixed = new Float64Array(nHead * valueDim);
  for (let index = 0; index < nHead; index++) {
    const query = queries.slice(index * headDim, (index + 1) * headDim);
    const absorbed = linear(weights, `${prefix}attn_k_b`, query.slice(0, nNope), { index });
    const output = attendHead(join(absorbed, query.slice(nNope)), keys, latents, { scale: spec.scale });
    mixed.set(linear(weights, `${prefix}attn_v_b`, output, { index }), index * valueDim);
  }
  return linear(weights, `${prefix}attn_output`, mixed);
}

/** Queries [heads, nNope + nRope]. */
function project(weights: Weights, prefix: string, spec: LatentAttention, x: Vector): Vector {
  if (spec.qRank === null) return linear(weights, `${prefix}attn_q`, x);
  const low = rms(weights, `${prefix}attn_q_a_norm`, spec, linear(weights, `${prefix}attn_q_a`, x));
  return linear(weights, `${prefix}attn_q_b`, low);
}

function rms(weights: Weights, tensor: string, { eps }: LatentAttention, x: Vector): Vector {
  return applyNorm(weights, { tensor, kind: 'rms', bias: false, eps }, x);
}

function join(a: Vector, b: Vector): Vector {
  return Float64Array.of(...a, ...b);
}
