import { describe, expect, it } from 'vitest';
import type { Attention, ExpertFfn, ExpertsBeside, Layer, ModelSpec, Rope } from '../architectures/index.ts';
import { openSource, readGguf, type TensorToWrite, writeGguf } from '../gguf/index.ts';
import { dequantize } from '../quant/dequantize.ts';
import { quantize } from '../quant/quantize.ts';
import { CpuTwin } from './forward.ts';
import { randomTensors } from './randomModel.ts';
import {
  TINY_ATTENTION,
  TINY_EXPERTS,
  TINY_FFN,
  TINY_LATENT,
  TINY_ROPE,
  tinyNorm,
  tinySpec,
} from './tinySpec.ts';

const TOKENS = [3, 7, 1, 7, 2, 9];

async function twinOf(spec: ModelSpec, tensors: readonly TensorToWrite[] = randomTensors(spec), nCtx = 16) {
  return CpuTwin.open(await readGguf(await openSource(writeGguf({ metadata: {}, tensors }))), spec, nCtx);
}

/** Logits after each token. */
async function logitsOf(
  spec: ModelSpec,
  { tokens = TOKENS, tensors = randomTensors(spec) } = {},
): Promise<number[][]> {
  const twin = await twinOf(spec, tensors);
  return tokens.map((token, position) => [...twin.forward(token, position)]);
}

describe('the CPU twin', () => {
  it.each([
    { name: 'attention', layer: {} },
    { name: 'latent attention', layer: { mixer: TINY_LATENT } },
  ])('decodes a position again to the same logits, whatever came after it: $name', async ({ layer }) => {
    const twin = await twinOf(tinySpec(layer));
    const first = TOKENS.map((token, position) => twin.forward(token, position));
    expect(twin.forward(TOKENS[3], 3)).toEqual(first[3]);
  });

  it.each([
    { name: 'attention', layer: {} },
    { name: 'latent attention', layer: { mixer: TINY_LATENT } },
  ])('tells the order of the tokens before: $name', async ({ layer }) => {
    const last = async (tokens: number[]) => (await logitsOf(tinySpec(layer), { tokens })).at(-1);
    expect(await last([3, 7, 1])).not.toEqual(await last([7, 3, 1]));
  });

  it('names a tensor that the file lacks', async () => {
    const spec = tinySpec();
    const tensors = randomTensors(spec).filter(({ name }) => name !== 'blk.0.attn_k.weight');
    await expect(twinOf(spec, tensors)).rejects.toThrow(
      expect.objectContaining({
        code: 'invalid_gguf',
        message: expect.stringMatching(/attn_k.weight is missing, but the model needs \[12,12\]/),
      }),
    );
  });
});

const BESIDE: ExpertsBeside = {
  ffn: TINY_EXPERTS,
  denseNorm: tinyNorm('blk.0.post_ffw_norm_1'),
  inputNorm: tinyNorm('blk.0.pre_ffw_norm_2'),
  outputNorm: tinyNorm('blk.0.post_ffw_norm_2'),
  routerEps: 1e-5,
};

/** Options of a layer that the plain one lacks. */
const SWITCHES: readonly (readonly [string, Partial<Layer>])[] = [
  ['a layer norm', { attnNorm: tinyNorm('blk.0.attn_norm', 'layer') }],
  ['no norm before attention', { attnNorm: null }],
  ['a norm behind attention', { postAttnNorm: tinyNorm('blk.0.post_attention_norm') }],
  ['a norm behind the feed-forward', { postFfnNorm: tinyNorm('blk.0.post_ffw_norm') }],
  ['parallel branches', { parallel: true }],
  ['parallel branches with one norm', { parallel: true, ffnNorm: null }],
  ['a residual scale', { residualScale: 0.5 }],
  ['biases', { mixer: { ...TINY_ATTENTION, qkvBias: true } }],
  ['an output bias', { mixer: { ...TINY_ATTENTION, outputBias: true } }],
  ['sinks', { mixer: { ...TINY_ATTENTION, sinks: true } }],
  ['a softcap', { mixer: { ...TINY_ATTENTION, softcap: 0.5 } }],
  ['another scale', { mixer: { ...TINY_ATTENTION, scale: 1 } }],
  ['no rope', { mixer: { ...TINY_ATTENTION, rope: null } }],
  ['rope of neighbours', { mixer: { ...TINY_ATTENTION, rope: { ...TINY_ROPE, pairs: 'neighbours' } } }],
  ['rope of all values', { mixer: { ...TINY_ATTENTION, rope: { ...TINY_ROPE, nRot: 6 } } }],
  [
    'rope factors',
    {
      mixer: {
        ...TINY_ATTENTION,
        rope: { ...TINY_ROPE, factors: { kind: 'always', tensor: 'rope_freqs' } },
      },
    },
  ],
  ...(['head', 'heads', 'row'] as const).flatMap(weights =>
    (['rms', 'layer'] as const).flatMap(kind =>
      [false, true].map(
        afterRope =>
          [
            `${kind} norms of q and k by ${weights}, ${afterRope ? 'after' : 'before'} rope`,
            { mixer: { ...TINY_ATTENTION, qkNorm: { kind, weights, eps: 1e-5, afterRope } } },
          ] as const,
      ),
    ),
  ),
  [
    'norms of q and k without weights',
    {
      mixer: { ...TINY_ATTENTION, qkNorm: { kind: 'rms', weights: 'unit', eps: 1e-5, afterRope: true } },
    },
  ],
  ['latent attention', { mixer: TINY_LATENT }],
  ['latent attention without a query rank', { mixer: { ...TINY_LATENT, qRank: null } }],
  ['gelu', { ffn: { ...TINY_FFN, activation: 'gelu' } }],
  ['relu2', { ffn: { ...TINY_FFN, activation: 'relu2' } }],
  ['xIELU', { ffn: { ...TINY_FFN, activation: { alphaN: 0.3, alphaP: 0.7, beta: 0.5, eps: -1e-6 } } }],
  ['no gate', { ffn: { ...TINY_FFN, gate: 'none' } }],
  ['biases of gate and up', { ffn: { ...TINY_FFN, upBias: true } }],
  ['a bias of down', { ffn: { ...TINY_FFN, downBias: true } }],
  ['experts', { ffn: TINY_EXPERTS }],
  ['normalised weights', { ffn: { ...TINY_EXPERTS, normalise: true } }],
  ['a factor of the weights', { ffn: { ...TINY_EXPERTS, weightScale: 2 } }],
  ['a sigmoid router', { ffn: { ...TINY_EXPERTS, gating: 'sigmoid' } }],
  ['weighed inputs', { ffn: { ...TINY_EXPERTS, weighsInput: true } }],
  ['a router bias', { ffn: { ...TINY_EXPERTS, routerBias: true } }],
  ['biases of experts', { ffn: { ...TINY_EXPERTS, bias: true } }],
  ['the activation of gpt-oss', { ffn: { ...TINY_EXPERTS, activation: 'oai' } }],
  ['a shared expert', { ffn: { ...TINY_EXPERTS, shared: { nFf: 9, gated: false } } }],
  ['values that are keys', { mixer: { ...TINY_ATTENTION, valueDim: 6, valuesOfKeys: true } }],
  ['a norm of values', { mixer: { ...TINY_ATTENTION, valueEps: 1e-5 } }],
  ['a sparse gate', { ffn: { ...TINY_FFN, sparsity: 0.5 } }],
  ['experts beside a dense feed-forward', { expertsBeside: BESIDE }],
  [
    'scaled outputs of experts beside it',
    { expertsBeside: { ...BESIDE, ffn: { ...TINY_EXPERTS, downScale: true } } },
  ],
  ['a Laurel', { laurel: { rank: 5, norm: tinyNorm('blk.0.laurel_post_norm') } }],
  ['a factor of the layer', { outputScale: true }],
  ['a gated shared expert', { ffn: { ...TINY_EXPERTS, shared: { nFf: 9, gated: true } } }],
];

/** Expert of weight 1, so that only a factor of it shows. */
const CUBIC_EXPERT: ExpertFfn = {
  ...TINY_EXPERTS,
  nUsed: 1,
  gating: 'softmaxOfChosen',
  activation: 'relu2',
};
const { head: HEAD, embedding: EMBEDDING } = tinySpec();
const MODEL_SWITCHES: readonly (readonly [string, Partial<ModelSpec>])[] = [
  ['a factor of the embedding', { embedding: { ...EMBEDDING, scale: 3 } }],
  ['learned positions', { embedding: { ...EMBEDDING, nPositions: 16 } }],
  ['a last layer norm', { head: { ...HEAD, norm: tinyNorm('output_norm', 'layer') } }],
  ['an output matrix', { head: { ...HEAD, tensor: 'output' } }],
  ['an output bias', { head: { ...HEAD, bias: true } }],
  ['a factor of the logits', { head: { ...HEAD, scale: 0.5 } }],
  ['a softcap of the logits', { head: { ...HEAD, softcap: 1 } }],
];

/** Model with per-layer embeddings, or with several residual streams, or both. */
const STREAMS: Partial<ModelSpec> = { altUp: { nStreams: 3 } };
const PER_LAYER: Partial<ModelSpec> = {
  embedding: { ...EMBEDDING, perLayer: { width: 5, norm: tinyNorm('per_layer_proj_norm') } },
};
const STREAM_LAYER: Partial<Layer> = { altUp: { norm: tinyNorm('blk.0.altup_router_norm') } };
const OWN_LAYER: Partial<Layer> = { perLayerNorm: tinyNorm('blk.0.post_norm') };

/** Spec of a layer with changed attention options. */
const attending = (changes: Partial<Attention>) => tinySpec({ mixer: { ...TINY_ATTENTION, ...changes } });

describe('each piece of a description', () => {
  it('has an effect different from the others', async () => {
    const cases = [
      ['nothing', tinySpec()] as const,
      ...SWITCHES.map(([name, layer]) => [name, tinySpec(layer)] as const),
      ...MODEL_SWITCHES.map(([name, model]) => [name, tinySpec({}, model)] as const),
      ['several streams', tinySpec(STREAM_LAYER, STREAMS)] as const,
      ['per-layer embeddings', tinySpec(OWN_LAYER, PER_LAYER)] as const,
      ['both of them', tinySpec({ ...STREAM_LAYER, ...OWN_LAYER }, { ...STREAMS, ...PER_LAYER })] as const,
    ];
    const seen = new Map<string, string>();
    for (const [name, spec] of cases) {
      const logits = (await logitsOf(spec)).at(-1) ?? [];
      expect(logits.every(Number.isFinite), name).toBe(true);
      const rounded = logits.map(logit => logit.toFixed(6)).join();
      expect(seen.get(rounded), `as ${name}`).toBeUndefined();
      seen.set(rounded, name);
    }
  });

  it.each([
    { parts: ['attn_q', 'attn_k', 'attn_v'], fused: 'attn_qkv', spec: attending({ fusedQkv: true }) },
    {
      parts: ['ffn_gate', 'ffn_up'],
      fused: 'ffn_up',
      spec: tinySpec({ ffn: { ...TINY_FFN, gate: 'fused' } }),
    },
    {
      parts: ['ffn_gate_exps', 'ffn_up_exps'],
      fused: 'ffn_gate_up_exps',
      of: tinySpec({ ffn: TINY_EXPERTS }),
      spec: tinySpec({ ffn: { ...TINY_EXPERTS, fusedGateUp: true } }),
    },
  ])('reads $fused as the rows of $parts', async ({ parts, fused, of = tinySpec(), spec }) => {
    const tensors = randomTensors(of);
    const find = (part: string) => tensors.filter(({ name }) => name === `blk.0.${part}.weight`);
    const joined = joinRows(`blk.0.${fused}.weight`, parts.flatMap(find));
    const others = tensors.filter(tensor => !parts.flatMap(find).includes(tensor));
    expect(await logitsOf(spec, { tensors: [...others, joined] })).toEqual(await logitsOf(of, { tensors }));
  });

  it.each([
    {
      piece: 'a residual scale',
      spec: tinySpec({ residualScale: 0.5 }),
      plain: tinySpec(),
      factors: { attn_output: 0.5, ffn_down: 0.5 },
    },
    {
      piece: 'an expert whose input is weighed, where its output is the cube of that,',
      spec: tinySpec({ ffn: { ...CUBIC_EXPERT, weighsInput: true, weightScale: 2 } }),
      plain: tinySpec({ ffn: CUBIC_EXPERT }),
      factors: { ffn_down_exps: 8 },
    },
    {
      piece: 'a shared expert whose gate is in the middle',
      spec: tinySpec({ ffn: { ...TINY_EXPERTS, shared: { nFf: 9, gated: true } } }),
      plain: tinySpec({ ffn: { ...TINY_EXPERTS, shared: { nFf: 9, gated: false } } }),
      factors: { ffn_down_shexp: 0.5, ffn_gate_inp_shexp: 0 },
    },
  ])('gives $piece what scaled matrices give', async ({ spec, plain, factors }) => {
    const scaled = (tensors: readonly TensorToWrite[], names: Readonly<Record<string, number>>) =>
      tensors.map(tensor => {
        const factor = names[tensor.name.split('.')[2] ?? ''] ?? 1;
        const values = dequantize('F32', tensor.data).map(value => value * factor);
        return { ...tensor, data: quantize('F32', values) };
      });
    const { ffn_gate_inp_shexp = 1 } = factors;
    const logits = await logitsOf(spec, { tensors: scaled(randomTensors(spec), { ffn_gate_inp_shexp }) });
    const expected = await logitsOf(plain, { tensors: scaled(randomTensors(plain), factors) });
    logits.flat().forEach((logit, i) => {
      expect(logit).toBeCloseTo(expected.flat()[i], 10);
    });
  });

  it('reads values from the keys before their norm and rope', async () => {
    const attention = {
      ...TINY_ATTENTION,
      valueDim: 6,
      qkNorm: { kind: 'rms', weights: 'head', eps: 1e-5, afterRope: false },
    } as const;
    const apart = tinySpec({ mixer: attention });
    const tensors = changed(randomTensors(apart), { 'blk.0.attn_v.weight': 'blk.0.attn_k.weight' });
    const joined = tinySpec({ mixer: { ...attention, valuesOfKeys: true } });
    expect(await logitsOf(joined, { tensors })).toEqual(await logitsOf(apart, { tensors }));
  });

  it('reads the keys and values of the layer that it names', async () => {
    const [first] = tinySpec().layers;
    const second = {
      ...first,
      prefix: 'blk.1.',
      attnNorm: tinyNorm('blk.1.attn_norm'),
      ffnNorm: tinyNorm('blk.1.ffn_norm'),
    };
    const own = tinySpec({}, { layers: [first, second] });
    const shared = tinySpec({}, { layers: [first, { ...second, mixer: { ...TINY_ATTENTION, cacheOf: 0 } }] });
    // The first layer leaves its input as it is, so that both layers have the same keys and values.
    const tensors = changed(randomTensors(own), {
      'blk.0.attn_output.weight': () => 0,
      'blk.0.ffn_down.weight': () => 0,
      ...Object.fromEntries(
        ['attn_norm', 'attn_k', 'attn_v'].map(name => [`blk.1.${name}.weight`, `blk.0.${name}.weight`]),
      ),
    });
    expect(await logitsOf(shared, { tensors })).toEqual(await logitsOf(own, { tensors }));
    const others = changed(tensors, { 'blk.0.attn_k.weight': () => 1 });
    expect(await logitsOf(shared, { tensors: others })).not.toEqual(await logitsOf(own, { tensors: others }));
  });

  it('carries the plain row in all streams that are equal and not mixed', async () => {
    const streams = tinySpec(STREAM_LAYER, STREAMS);
    const { nEmbd } = streams;
    const identity = (i: number) => (Math.floor(i / nEmbd) % nEmbd === i % nEmbd ? 1 : 0);
    const tensors = changed(randomTensors(streams), {
      'altup_proj.weight': identity,
      'altup_unembd_proj.weight': identity,
      'blk.0.altup_predict_coef.weight': () => 0,
      'blk.0.altup_correct_coef.weight': () => 0,
    });
    const logits = (await logitsOf(streams, { tensors })).flat();
    const plain = (await logitsOf(tinySpec(), { tensors })).flat();
    logits.forEach((logit, i) => {
      expect(logit).toBeCloseTo(plain[i], 10);
    });
  });

  it('never chooses a suppressed token', async () => {
    const plain = await logitsOf(tinySpec());
    const logits = await logitsOf(tinySpec({}, { head: { ...HEAD, suppressed: [2, 5] } }));
    expect(logits).toEqual(
      plain.map(row => row.map((logit, id) => (id === 2 || id === 5 ? Number.NEGATIVE_INFINITY : logit))),
    );
  });

  it.each([
    { name: 'a window of 2', attention: { window: 2 }, sameFrom: 2 },
    { name: 'chunks of 4', attention: { chunk: 4 }, sameFrom: 4 },
    { name: 'neither', attention: {}, sameFrom: TOKENS.length },
  ])('sees the first token as far as $name lets it', async ({ attention, sameFrom }) => {
    const spec = attending({ ...attention, rope: null });
    const logits = await logitsOf(spec);
    const others = await logitsOf(spec, { tokens: [4, ...TOKENS.slice(1)] });
    const same = logits.map((row, position) => row.join() === others[position].join());
    expect(same).toEqual(TOKENS.map((_, position) => position >= sameFrom));
  });

  it('multiplies queries by a temperature that grows every few positions', async () => {
    const temperature = { scale: 0.7, length: 2, offset: 1 };
    const logits = await logitsOf(attending({ temperature }));
    for (const [position, row] of logits.entries()) {
      const factor = 1 + 0.7 * Math.log(1 + Math.floor((position + 1) / 2));
      const scaled = await logitsOf(attending({ scale: TINY_ATTENTION.scale * factor }));
      row.forEach((logit, id) => {
        expect(logit).toBeCloseTo(scaled[position][id], 10);
      });
    }
  });

  it.each([
    { nCtx: 256, tensor: 'short' },
    { nCtx: 257, tensor: 'long' },
  ])(
    'takes the $tensor factors for a context of $nCtx where the original one is 256',
    async ({ nCtx, tensor }) => {
      const rope = { ...TINY_ROPE, nRot: 6 };
      const byContext = { kind: 'byContext', short: 'rope_short', long: 'rope_long', nCtxOrig: 256 } as const;
      const logitsWith = async (factors: Rope['factors']) => {
        const spec = attending({ rope: { ...rope, factors } });
        const twin = await twinOf(spec, randomTensors(spec), nCtx);
        return TOKENS.map((token, position) => twin.forward(token, position)).at(-1);
      };
      const expected = await logitsWith({ kind: 'always', tensor: `rope_${tensor}` });
      expect(await logitsWith(byContext)).toEqual(expected);
    },
  );
});

/** Replaces the values of F32 tensors: by those of another one, or by a function of their index. */
function changed(
  tensors: readonly TensorToWrite[],
  changes: Readonly<Record<string, string | ((index: number) => number)>>,
): TensorToWrite[] {
  return tensors.map(tensor => {
    const change = changes[tensor.name];
    if (change === undefined) return tensor;
    if (typeof change === 'string') {
      const other = tensors.find(({ name }) => name === change);
      if (!other) throw new Error(`there is no ${change}`);
      return { ...tensor, data: other.data };
    }
    const values = Float32Array.from({ length: tensor.data.length / 4 }, (_, i) => change(i));
    return { ...tensor, data: quantize('F32', values) };
  });
}

/** Concatenates rows of F32 tensors; matrix by matrix, if they have several. */
function joinRows(name: string, parts: readonly TensorToWrite[]): TensorToWrite {
  const [k, , ...counts] = parts[0].shape;
  const n = parts.reduce((sum, { shape }) => sum + shape[1], 0);
  const count = counts[0] ?? 1;
  const data = Array.from({ length: count }, (_, matrix) =>
    parts.map(part => {
      const bytes = part.data.length / count;
      return part.data.subarray(matrix * bytes, (matrix + 1) * bytes);
    }),
  );
  return { name, type: 'F32', shape: [k, n, ...counts], data: new Uint8Array(Buffer.concat(data.flat())) };
}
