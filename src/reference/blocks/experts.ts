import type { ExpertFfn, ExpertsBeside, SharedExpert } from '../../architectures/index.ts';
import type { Weights } from '../weights.ts';
import { gated } from './activation.ts';
import { type Choice, chooseExperts } from './chooseExperts.ts';
import { linear } from './linear.ts';
import { applyNorm, normalise } from './norm.ts';
import { add, multiply, scale, sigmoid, type Vector } from './vector.ts';

/** Mixture of experts: the sum of the outputs of the chosen experts and the shared one. The router reads `routed`. */
export function mixExperts(weights: Weights, prefix: string, spec: ExpertFfn, x: Vector, routed = x): Vector {
  const logits = linear(weights, `${prefix}ffn_gate_inp`, routed, { bias: spec.routerBias });
  const bias = spec.selectionBias ? weights.values(`${prefix}exp_probs_b.bias`) : null;
  const outputs = chooseExperts(spec, logits, bias).map(choice => expert(weights, prefix, spec, x, choice));
  if (spec.shared !== null) outputs.push(sharedExpert(weights, prefix, spec.shared, x));
  return outputs.reduce(add);
}

/** Output of a dense feed-forward and of the experts beside it, together, where `h` is the row before the norms of both. */
export function besideDense(
  weights: Weights,
  prefix: string,
  { ffn, denseNorm, inputNorm, outputNorm, routerEps }: ExpertsBeside,
  h: Vector,
  dense: Vector,
): Vector {
  const scaled = multiply(
    normalise(h, { kind: 'rms', eps: routerEps }),
    weights.values(`${prefix}ffn_gate_inp.scale`),
  );
  const routed = scale(scaled, 1 / Math.sqrt(h.length));
  const mixed = mixExperts(weights, prefix, ffn, applyNorm(weights, inputNorm, h), routed);
  return add(applyNorm(weights, denseNorm, dense), applyNorm(weights, outputNorm, mixed));
}

function expert(
  weights: Weights,
  prefix: string,
  spec: ExpertFfn,
  x: Vector,
  { expert: index, weight }: Choice,
): Vector {
  const { nFf, bias, weighsInput, activation } = spec;
  const input = scale(x, weighsInput ? weight : 1);
  const product = (name: string, of: Vector) => linear(weights, prefix + name, of, { bias, index });
  const hidden = () => {
    if (!spec.fusedGateUp)
      return gated(activation, product('ffn_gate_exps', input), product('ffn_up_exps', input));
    const gateUp = product('ffn_gate_up_exps', input);
    return gated(activation, gateUp.slice(0, nFf), gateUp.slice(nFf));
  };
  const factor = spec.downScale ? weights.values(`${prefix}ffn_down_exps.scale`)[index] : 1;
  return scale(product('ffn_down_exps', hidden()), weighsInput ? factor : factor * weight);
}

function sharedExpert(weights: Weights, prefix: string, spec: SharedExpert, x: Vector): Vector {
  const product = (name: string, of: Vector) => linear(weights, prefix + name, of);
  const hidden = gated('silu', product('ffn_gate_shexp', x), product('ffn_up_shexp', x));
  const output = product('ffn_down_shexp', hidden);
  if (!spec.gated) return output;
  const [gate] = product('ffn_gate_inp_shexp', x);
  return scale(output, sigmoid(gate));
}
