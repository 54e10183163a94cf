import type { DeltaNet } from '../../architectures/index.ts';
import { gatedDeltaNet } from '../gatedDeltaNet.ts';
import { gatedNorm } from '../gatedNorm.ts';
import type { Weights } from '../weights.ts';
import { activate } from './activation.ts';
import { convolve } from './convolve.ts';
import type { LayerState } from './layerState.ts';
import { linear } from './linear.ts';
import type { Vector } from './vector.ts';

/** Gated delta net of the row at `position`; `state` holds what the rows of all earlier positions left. */
export function deltaNet(
  weights: Weights,
  prefix: string,
  net: DeltaNet,
  x: Vector,
  position: number,
  state: LayerState,
): Vector {
  const { nKeyHead, nValueHead, keyDim, valueDim, eps } = net;
  const nKeys = nKeyHead * keyDim;
  state.inputs[position] = linear(weights, `${prefix}attn_qkv`, x);
  const qkv = activate(
    'silu',
    convolve(weights.values(`${prefix}ssm_conv1d.weight`), state.inputs, position),
  );
  const gates = linear(weights, `${prefix}attn_gate`, x);
  const { a, b } = rates(weights, prefix, net, x);
  const biases = weights.values(`${prefix}ssm_dt.bias`);
  const slopes = weights.values(`${prefix}ssm_a`);
  const norm = weights.values(`${prefix}ssm_norm.weight`);
  const headOf = (of: Vector, head: number, dim: number) => of.slice(head * dim, (head + 1) * dim);
  const mixed = new Float64Array(nValueHead * valueDim);
  for (let head = 0; head < nValueHead; head++) {
    const keyHead = net.keyOf === 'modulo' ? head % nKeyHead : Math.floor(head / (nValueHead / nKeyHead));
    const output = gatedDeltaNet(
      state.memory.subarray(head * keyDim * valueDim, (head + 1) * keyDim * valueDim),
      {
        q: headOf(qkv, keyHead, keyDim),
        k: headOf(qkv.slice(nKeys), keyHead, keyDim),
        v: headOf(qkv.slice(2 * nKeys), head, valueDim),
        b: b[head],
        a: a[head],
      },
      { slope: slopes[head], bias: biases[head], eps },
    );
    const gate = headOf(gates, head, valueDim);
    mixed.set(gatedNorm(output, gate, norm, { eps, gateFirst: false }), head * valueDim);
  }
  return linear(weights, `${prefix}ssm_out`, mixed);
}

/** b and a of the value heads. */
function rates(weights: Weights, prefix: string, net: DeltaNet, x: Vector) {
  const { nValueHead, nKeyHead } = net;
  if (net.rates === 'apart')
    return { b: linear(weights, `${prefix}ssm_beta`, x), a: linear(weights, `${prefix}ssm_alpha`, x) };
  const ba = linear(weights, `${prefix}ssm_ba`, x);
  const share = nValueHead / nKeyHead;
  const part = (second: number) =>
    Float64Array.from(
      { length: nValueHead },
      (_, head) => ba[share * (2 * Math.floor(head / share) + second) + (head % share)],
    );
  return { b: part(0), a: part(1) };
}
