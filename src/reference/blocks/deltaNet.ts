import type { DeltaNet } from '../../architectures/index.ts';
import type { Weights } from '../weights.ts';
import { activate } from './activation.ts';
import { convolve } from './convolve.ts';
import type { LayerState } from './layerState.ts';
import { linear } from './linear.ts';
import { normalise } from './norm.ts';
import { multiply, scale, sigmoid, softplus, type Vector } from './vector.ts';

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
  const gates = activate('silu', linear(weights, `${prefix}attn_gate`, x));
  const { decays, betas } = rates(weights, prefix, net, x);
  const norm = weights.values(`${prefix}ssm_norm.weight`);
  const headOf = (of: Vector, head: number, dim: number) => of.slice(head * dim, (head + 1) * dim);
  const mixed = new Float64Array(nValueHead * valueDim);
  for (let head = 0; head < nValueHead; head++) {
    const keyHead = net.keyOf === 'modulo' ? head % nKeyHead : Math.floor(head / (nValueHead / nKeyHead));
    const q = scale(unit(headOf(qkv, keyHead, keyDim), eps), 1 / Math.sqrt(keyDim));
    const k = unit(headOf(qkv.slice(nKeys), keyHead, keyDim), eps);
    const v = headOf(qkv.slice(2 * nKeys), head, valueDim);
    const memory = state.memory.subarray(head * keyDim * valueDim, (head + 1) * keyDim * valueDim);
    const output = step(memory, q, k, v, decays[head], betas[head]);
    const normed = multiply(normalise(output, { kind: 'rms', eps }), norm);
    mixed.set(multiply(normed, headOf(gates, head, valueDim)), head * valueDim);
  }
  return linear(weights, `${prefix}ssm_out`, mixed);
}

/** One position of one head: decays the state [keyDim][valueDim], corrects it towards v at k, and reads it at q. */
function step(memory: Vector, q: Vector, k: Vector, v: Vector, decay: number, beta: number): Vector {
  const read = (at: Vector, column: number) =>
    at.reduce((sum, value, row) => sum + value * memory[row * v.length + column], 0);
  for (let i = 0; i < memory.length; i++) memory[i] *= decay;
  const corrections = v.map((value, column) => beta * (value - read(k, column)));
  k.forEach((value, row) => {
    corrections.forEach((correction, column) => {
      memory[row * v.length + column] += value * correction;
    });
  });
  return v.map((_, column) => read(q, column));
}

/** Decay e^g and β of each value head. */
function rates(weights: Weights, prefix: string, net: DeltaNet, x: Vector) {
  const { nValueHead, nKeyHead } = net;
  const { b, a } = net.rates === 'apart' ? apart() : paired();
  const bias = weights.values(`${prefix}ssm_dt.bias`);
  const slopes = weights.values(`${prefix}ssm_a`);
  return {
    decays: a.map((value, head) => Math.exp(softplus(value + bias[head]) * slopes[head])),
    betas: b.map(sigmoid),
  };

  function apart() {
    return {
      b: linear(weights, `${prefix}ssm_beta`, x),
      a: linear(weights, `${prefix}ssm_alpha`, x),
    };
  }

  function paired() {
    const ba = linear(weights, `${prefix}ssm_ba`, x);
    const share = nValueHead / nKeyHead;
    const part = (second: number) =>
      Float64Array.from(
        { length: nValueHead },
        (_, head) => ba[2 * share * Math.floor(head / share) + share * second + (head % share)],
      );
    return { b: part(0), a: part(1) };
  }
}

/** Divides a row by its length. */
function unit(x: Vector, eps: number): Vector {
  return scale(x, 1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) + eps));
}
