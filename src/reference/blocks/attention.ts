import type { Attention } from '../../architectures/index.ts';
import { gate } from '../gate.ts';
import type { Weights } from '../weights.ts';
import { placeHeads, temperatureAt } from './heads.ts';
import type { LayerState } from './layerState.ts';
import { linear } from './linear.ts';
import { eachHead, normalise } from './norm.ts';
import { attendHead } from './scores.ts';
import { scale, type Vector } from './vector.ts';

/** Attention of the row at `position`, after the rows of all earlier positions, which `state` keeps. */
export function attend(
  weights: Weights,
  prefix: string,
  spec: Attention,
  x: Vector,
  position: number,
  state: LayerState,
): Vector {
  const { nHead, nKvHead, headDim, valueDim } = spec;
  const { q, kv, gates } = project(weights, prefix, spec, x);
  const hasWeights = spec.qkNorm !== null && spec.qkNorm.weights !== 'unit';
  const place = (row: Vector, norm: string) => {
    const weight = hasWeights ? weights.values(`${prefix}${norm}.weight`) : new Float32Array();
    return placeHeads(row, { ...spec, rotation: state.rotation }, weight, position);
  };
  if (kv !== null) {
    state.keys[position] = place(kv.k, 'attn_k_norm');
    state.values[position] = normedValues(spec, kv.v);
  }
  const queries = scale(place(q, 'attn_q_norm'), temperatureAt(spec.temperature, position));
  const sinks = spec.sinks ? weights.values(`${prefix}attn_sinks.weight`) : null;

  const from = firstSeen(spec, position);
  /** Keys or values of one KV head at the visible positions. */
  const seen = (rows: readonly Vector[], kvHead: number, dim: number) =>
    rows.slice(from, position + 1).map(row => row.subarray(kvHead * dim, (kvHead + 1) * dim));
  const mixed = new Float64Array(nHead * valueDim);
  for (let head = 0; head < nHead; head++) {
    const kvHead = Math.floor(head / (nHead / nKvHead));
    const output = attendHead(
      queries.subarray(head * headDim, (head + 1) * headDim),
      seen(state.keys, kvHead, headDim),
      seen(state.values, kvHead, valueDim),
      { ...spec, sink: sinks?.[head] },
    );
    mixed.set(output, head * valueDim);
  }
  const gatedOutput = gates ? gate(mixed, gates, 'sigmoid') : mixed;
  return linear(weights, `${prefix}attn_output`, gatedOutput, { bias: spec.outputBias });
}

interface Projections {
  readonly q: Vector;
  /** Null if another layer's keys and values are read, which `state` has already. */
  readonly kv: { readonly k: Vector; readonly v: Vector } | null;
  /** Gates of the heads' outputs. */
  readonly gates: Vector | null;
}

function project(weights: Weights, prefix: string, spec: Attention, x: Vector): Projections {
  const product = (name: string) => linear(weights, prefix + name, x, { bias: spec.qkvBias });
  if (!spec.fusedQkv) {
    const { q, gates } = splitQueries(spec, product('attn_q'));
    if (spec.cacheOf !== undefined) return { q, kv: null, gates };
    const k = product('attn_k');
    return { q, kv: { k, v: spec.valuesOfKeys ? k : product('attn_v') }, gates };
  }
  const qkv = product('attn_qkv');
  const keys = spec.nHead * spec.headDim;
  const values = keys + spec.nKvHead * spec.headDim;
  return {
    q: qkv.slice(0, keys),
    kv: { k: qkv.slice(keys, values), v: qkv.slice(values) },
    gates: null,
  };
}

function normedValues({ valueEps: eps, valueDim }: Attention, v: Vector): Vector {
  return eps === undefined ? v : eachHead(v, valueDim, head => normalise(head, { kind: 'rms', eps }));
}

/** Separates each head's query from its gate. */
function splitQueries(
  { gated, nHead, headDim, valueDim }: Attention,
  x: Vector,
): Pick<Projections, 'q' | 'gates'> {
  if (!gated) return { q: x, gates: null };
  const q = new Float64Array(nHead * headDim);
  const gates = new Float64Array(nHead * valueDim);
  const width = headDim + valueDim;
  for (let head = 0; head < nHead; head++) {
    q.set(x.subarray(head * width, head * width + headDim), head * headDim);
    gates.set(x.subarray(head * width + headDim, (head + 1) * width), head * valueDim);
  }
  return { q, gates };
}

/** First position that a token sees. */
function firstSeen({ window, chunk }: Attention, position: number): number {
  const ofWindow = window === null ? 0 : position - window + 1;
  const ofChunk = chunk === undefined ? 0 : Math.floor(position / chunk) * chunk;
  return Math.max(0, ofWindow, ofChunk);
}
