import type { Activation, Xielu } from '../../architectures/index.ts';
import { assertNever } from '../../util/assert.ts';
import { sigmoid, softplus, type Vector } from './vector.ts';

/** Bounds and slope of gpt-oss' swiglu. */
const OAI_LIMIT = 7;
const OAI_ALPHA = 1.702;

/** Computes activation(gate) ∘ up; `oai` clamps both and adds 1 to up. */
export function gated(activation: Activation | Xielu, gate: Vector, up: Vector): Vector {
  if (activation !== 'oai') return activate(activation, gate).map((value, i) => value * up[i]);
  return gate.map((value, i) => {
    const low = Math.min(value, OAI_LIMIT);
    return low * sigmoid(OAI_ALPHA * low) * (Math.min(OAI_LIMIT, Math.max(-OAI_LIMIT, up[i])) + 1);
  });
}

/**
 * Cuts off the values of a gate that exceed their mean by less than `deviations` standard deviations, of a sample, and subtracts the
 * threshold from the others; undefined leaves all of them.
 */
export function sparse(deviations: number | undefined, gate: Vector): Vector {
  if (deviations === undefined) return gate;
  const mean = gate.reduce((sum, value) => sum + value, 0) / gate.length;
  const squares = gate.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const threshold = mean + deviations * Math.sqrt(squares / (gate.length - 1));
  return gate.map(value => Math.max(0, value - threshold));
}

export function activate(activation: Exclude<Activation, 'oai'> | Xielu, x: Vector): Vector {
  if (typeof activation === 'object') {
    const constants = xieluConstants(activation);
    return x.map(value => xielu(constants, value));
  }
  switch (activation) {
    case 'silu':
      return x.map(value => value * sigmoid(value));
    case 'gelu':
      return x.map(gelu);
    case 'relu2':
      return x.map(value => Math.max(0, value) ** 2);
    default:
      return assertNever(activation);
  }
}

/** GELU in the tanh form (Hendrycks and Gimpel 2016), as in ggml. */
function gelu(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** Converts the constants of a layer from metadata, which store the factors before their softplus, to the formula's. */
function xieluConstants({ alphaN, alphaP, beta, eps }: Xielu): XieluConstants {
  return { alphaP: softplus(alphaP), alphaN: beta + softplus(alphaN), beta, eps };
}

export type XieluConstants = Xielu;

/** xIELU (Huang et al. 2025). Source: `ggml_xielu`. */
export function xielu({ alphaN, alphaP, beta, eps }: XieluConstants, x: number): number {
  return x > 0 ? alphaP * x * x + beta * x : (Math.expm1(Math.min(x, eps)) - x) * alphaN + beta * x;
}
