import type { DenseFfn } from '../../architectures/index.ts';
import { assert, assertNever } from '../../util/assert.ts';
import type { Weights } from '../weights.ts';
import { activate, gated, sparse } from './activation.ts';
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
        sparse(spec.sparsity, linear(weights, `${prefix}ffn_gate`, x, { bias: spec.upBias })),
        up,
      );
    case 'fused':
      return gated(activation, sparse(spec.sparsity, up.slice(0, nFf)), up.slice(nFf));
    case 'none':
      assert(activation !== 'oai', 'the activation of gpt-oss needs a gate');
      return activate(activation, up);
    default:
      return assertNever(gate);
  }
}
