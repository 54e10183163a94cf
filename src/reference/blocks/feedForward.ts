import type { DenseFfn } from '../../architectures/index.ts';
import { assert, assertNever } from '../../util/assert.ts';
import type { Weights } from '../weights.ts';
import { activate, gated } from './activation.ts';
import { linear } from './linear.ts';
import type { Vector } from './vector.ts';

/** Dense feed-forward. */
export function feedForward(weights: Weights, prefix: string, spec: DenseFfn, x: Vector): Vector {
  return linear(weights, `${prefix}ffn_down`, hidden(weights, prefix, spec, x), { bias: spec.downBias });
}

function hidden(weights: Weights, prefix: string, spec: DenseFfn, x: Vector): Vector {
  const { nFf, gate, activation } = spec;
  const up = linear(weights, `${prefix}ffn_up`, x, { bias: spec.upBias });
  switch (gate) {
    case 'separate':
      return gated(
        activation,
        sparse(spec, linear(weights, `${prefix}ffn_gate`, x, { bias: spec.upBias })),
        up,
      );
    case 'fused':
      return gated(activation, sparse(spec, up.slice(0, nFf)), up.slice(nFf));
    case 'none':
      assert(activation !== 'oai', 'the activation of gpt-oss needs a gate');
      return activate(activation, up);
    default:
      return assertNever(gate);
  }
}

/** Cuts off the values of a gate that do not exceed their mean by enough deviations. */
function sparse({ sparsity }: DenseFfn, gate: Vector): Vector {
  if (sparsity === undefined) return gate;
  const mean = gate.reduce((sum, value) => sum + value, 0) / gate.length;
  const squares = gate.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const threshold = mean + sparsity * Math.sqrt(squares / (gate.length - 1));
  return gate.map(value => Math.max(0, value - threshold));
}
