import type { Mamba2 } from '../../architectures/index.ts';
import type { Weights } from '../weights.ts';
import { activate } from './activation.ts';
import { convolve } from './convolve.ts';
import type { LayerState } from './layerState.ts';
import { linear } from './linear.ts';
import { normalise } from './norm.ts';
import { add, multiply, softplus, type Vector } from './vector.ts';

/** Mamba-2 of the row at `position`; `state` holds what the rows of all earlier positions left. */
export function mamba2(
  weights: Weights,
  prefix: string,
  mamba: Mamba2,
  x: Vector,
  position: number,
  state: LayerState,
): Vector {
  const { nHead, headDim, nGroup, nState, eps } = mamba;
  const nInner = nHead * headDim;
  const nShared = nGroup * nState;
  const zxbcdt = linear(weights, `${prefix}ssm_in`, x);
  const gates = activate('silu', zxbcdt.slice(0, nInner));
  state.inputs[position] = zxbcdt.slice(nInner, 2 * nInner + 2 * nShared);
  const convolved = convolve(weights.values(`${prefix}ssm_conv1d.weight`), state.inputs, position);
  const xbc = activate('silu', add(convolved, weights.values(`${prefix}ssm_conv1d.bias`)));
  const steps = add(zxbcdt.slice(2 * nInner + 2 * nShared), weights.values(`${prefix}ssm_dt.bias`)).map(
    softplus,
  );
  const slopes = weights.values(`${prefix}ssm_a`);
  const through = weights.values(`${prefix}ssm_d`);

  const mixed = new Float64Array(nInner);
  for (let head = 0; head < nHead; head++) {
    const group = Math.floor(head / (nHead / nGroup));
    const b = xbc.subarray(nInner + group * nState, nInner + (group + 1) * nState);
    const c = xbc.subarray(nInner + nShared + group * nState, nInner + nShared + (group + 1) * nState);
    const decay = Math.exp(steps[head] * slopes[head]);
    for (let at = head * headDim; at < (head + 1) * headDim; at++) {
      let y = 0;
      for (let i = 0; i < nState; i++) {
        const cell = at * nState + i;
        state.memory[cell] = decay * state.memory[cell] + steps[head] * b[i] * xbc[at];
        y += state.memory[cell] * c[i];
      }
      mixed[at] = y + through[head] * xbc[at];
    }
  }
  return linear(weights, `${prefix}ssm_out`, groupNorm(multiply(mixed, gates)));

  /** RMS norm of each group's values. */
  function groupNorm(of: Vector): Vector {
    const norm = weights.values(`${prefix}ssm_norm.weight`);
    const width = nInner / nGroup;
    const normed = new Float64Array(nInner);
    for (let from = 0; from < nInner; from += width)
      normed.set(normalise(of.slice(from, from + width), { kind: 'rms', eps }), from);
    return multiply(normed, norm);
  }
}
