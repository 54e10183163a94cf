import { describe, expect, it } from 'vitest';
import type { GgufValue } from '../gguf/index.ts';
import { fakeFile } from './fakeFile.ts';
import { ignoredTensors, readModelSpec, tensorsOf } from './index.ts';
import type { Attention, Layer, Rope } from './spec.ts';

type Values = Readonly<Record<string, GgufValue | undefined>>;
type Shapes = Readonly<Record<string, readonly number[]>>;

function layersOf(architecture: string, keys: Values = {}, tensors: Shapes = {}): readonly Layer[] {
  return readModelSpec(fakeFile(architecture, keys, tensors)).layers;
}

function attentionsOf(architecture: string, keys: Values = {}, tensors: Shapes = {}): readonly Attention[] {
  return layersOf(architecture, keys, tensors).map(({ mixer }) => {
    if (mixer.kind !== 'attention') throw new Error(`${mixer.kind} instead of attention`);
    return mixer;
  });
}

function ropeOf(architecture: string, keys: Values, tensors: Shapes = {}): Rope | null {
  return attentionsOf(architecture, keys, tensors)[0].rope;
}

describe('rope', () => {
  it.each<{ what: string; keys: Values; rope: Partial<Rope> }>([
    {
      what: 'no key',
      keys: {},
      rope: { frequencyScale: 1, yarn: null, magnitude: 1, base: 10000, nRot: 16 },
    },
    { what: 'a factor without a type', keys: { 'rope.scaling.factor': 4 }, rope: { frequencyScale: 1 / 4 } },
    { what: 'the key of 2023', keys: { 'rope.scale_linear': 4 }, rope: { frequencyScale: 1 / 4 } },
    {
      what: 'the key of 2023 beside a type',
      keys: { 'rope.scale_linear': 4, 'rope.scaling.type': 'linear' },
      rope: { frequencyScale: 1 / 4 },
    },
    {
      what: 'a factor beside the key of 2023, which it overrules',
      keys: { 'rope.scale_linear': 4, 'rope.scaling.factor': 2 },
      rope: { frequencyScale: 1 / 2 },
    },
    {
      what: 'a factor that is of no use to the type "none"',
      keys: { 'rope.scaling.type': 'none', 'rope.scaling.factor': 4 },
      rope: { frequencyScale: 1 },
    },
    {
      what: 'a factor of 0, which means none',
      keys: { 'rope.scaling.factor': 0 },
      rope: { frequencyScale: 1 },
    },
    {
      what: 'YaRN, of which the length is that of training by default',
      keys: { 'rope.scaling.type': 'yarn', 'rope.scaling.factor': Math.E, 'rope.scaling.attn_factor': 2 },
      rope: { magnitude: 2.2, yarn: { nCtxOrig: 1024, betaFast: 32, betaSlow: 1 } },
    },
    {
      what: 'the betas of YaRN, which llama.cpp ignores',
      keys: { 'rope.scaling.type': 'yarn', 'rope.scaling.yarn_beta_fast': 8 },
      rope: { yarn: { nCtxOrig: 1024, betaFast: 32, betaSlow: 1 } },
    },
    {
      what: 'the key of 2023 beside the type none',
      keys: { 'rope.scale_linear': 4, 'rope.scaling.type': 'none' },
      rope: { frequencyScale: 1 },
    },
    {
      what: 'the key of 2023 beside yarn',
      keys: { 'rope.scale_linear': Math.E, 'rope.scaling.type': 'yarn' },
      rope: { frequencyScale: 1 / Math.E, magnitude: 1.1 },
    },
    {
      what: 'a factor of 0 before the key of 2023',
      keys: { 'rope.scale_linear': 4, 'rope.scaling.factor': 0 },
      rope: { frequencyScale: 1 },
    },
    { what: 'the key of 2023 as 0', keys: { 'rope.scale_linear': 0 }, rope: { frequencyScale: 1 } },
    { what: 'a type alone', keys: { 'rope.scaling.type': 'linear' }, rope: { frequencyScale: 1 } },
    {
      what: 'a factor and its type',
      keys: { 'rope.scaling.type': 'linear', 'rope.scaling.factor': 4 },
      rope: { frequencyScale: 1 / 4 },
    },
    {
      what: 'the magnitude of longrope',
      keys: { 'rope.scaling.type': 'longrope', 'rope.scaling.attn_factor': 1.25 },
      rope: { magnitude: 1.25, yarn: null },
    },
  ])('is scaled by $what', ({ keys, rope }) => {
    expect(ropeOf('llama', keys)).toMatchObject(rope);
  });

  it('reads the betas and the multiplier of YaRN in Ministral 3', () => {
    const keys = {
      'rope.scaling.type': 'yarn',
      'rope.scaling.factor': Math.E,
      'rope.scaling.yarn_beta_fast': 8,
      'rope.scaling.yarn_beta_slow': 2,
      'rope.scaling.yarn_log_multiplier': 1,
    };
    const yarn = { nCtxOrig: 1024, betaFast: 8, betaSlow: 2 };
    expect(ropeOf('mistral3', keys)).toMatchObject({ magnitude: 1, yarn });
  });

  it('prefers the factors of rope_freqs to those that depend on the context', () => {
    const long = { 'rope_factors_long.weight': [8], 'rope_factors_short.weight': [8] };
    const keys = { 'rope.scaling.original_context_length': 256 };
    expect(ropeOf('phi3', keys, long)?.factors).toEqual({
      kind: 'byContext',
      short: 'rope_factors_short',
      long: 'rope_factors_long',
      nCtxOrig: 256,
    });
    expect(ropeOf('phi3', keys, { ...long, 'rope_freqs.weight': [8] })?.factors).toEqual({
      kind: 'always',
      tensor: 'rope_freqs',
    });
  });
});

describe('keys with a value for each block', () => {
  it('reads an array like a single number', () => {
    const keys = {
      'attention.head_count': [4, 4],
      'attention.head_count_kv': [2, 1],
      feed_forward_length: [96, 128],
    };
    expect(layersOf('llama', keys)).toMatchObject([
      { mixer: { nHead: 4, nKvHead: 2, headDim: 16 }, ffn: { nFf: 96 } },
      { mixer: { nHead: 4, nKvHead: 1, headDim: 16 }, ffn: { nFf: 128 } },
    ]);
  });

  it.each([
    'attention.head_count',
    'attention.head_count_kv',
    'feed_forward_length',
    'attention.key_length',
    'attention.value_length',
    'rope.dimension_count',
  ])('reads %s as an array of equal numbers', key => {
    const value = { 'attention.head_count_kv': 2, feed_forward_length: 96 }[key] ?? 16;
    const dims = { 'attention.key_length': 16, 'attention.value_length': 16 };
    const number = layersOf('llama', { ...dims, 'attention.head_count': 16, [key]: value });
    const array = layersOf('llama', { ...dims, 'attention.head_count': 16, [key]: [value, value] });
    expect(array).toEqual(number);
  });

  it('counts the blocks behind the trunk in arrays, but not as layers', () => {
    const keys = { block_count: 3, nextn_predict_layers: 1, feed_forward_length: [96, 128, 160] };
    expect(layersOf('glm4moe', keys).map(({ ffn }) => ffn?.nFf)).toEqual([96, 128]);
  });

  it('ignores tensors of blocks after the trunk, and scales of inputs', () => {
    const names = [
      'blk.1.attn_q.input_scale',
      'blk.1.attn_q.weight',
      'blk.2.nextn.eh_proj.weight',
      'blk.2.attn_q.weight',
    ];
    const tensors = Object.fromEntries(names.map(name => [name, [1]]));
    const gguf = fakeFile('glm4moe', { block_count: 3, nextn_predict_layers: 1 }, tensors);
    expect([...ignoredTensors(gguf, readModelSpec(gguf))]).toEqual([names[0], names[2], names[3]]);
  });
});

describe('windows', () => {
  const windowsOf = (architecture: string, keys: Values) =>
    attentionsOf(architecture, { block_count: 4, ...keys }).map(({ window }) => window);
  const WINDOW = { 'attention.sliding_window': 16 };

  it.each<{ architecture: string; keys: Values; windows: readonly (number | null)[] }>([
    { architecture: 'llama', keys: WINDOW, windows: [null, null, null, null] },
    { architecture: 'phi3', keys: WINDOW, windows: [null, null, null, null] },
    { architecture: 'exaone4', keys: WINDOW, windows: [null, null, null, null] },
    { architecture: 'gemma2', keys: {}, windows: [4096, null, 4096, null] },
    { architecture: 'gemma3', keys: {}, windows: [null, null, null, null] },
    { architecture: 'gemma3', keys: WINDOW, windows: [16, 16, 16, 16] },
    {
      architecture: 'gemma3',
      keys: { ...WINDOW, 'attention.sliding_window_pattern': 2 },
      windows: [16, null, 16, null],
    },
    {
      architecture: 'gemma3',
      keys: { ...WINDOW, 'attention.sliding_window_pattern': [true, false, false, true] },
      windows: [16, null, null, 16],
    },
    { architecture: 'olmo2', keys: WINDOW, windows: [16, 16, 16, null] },
  ])('of $architecture with $keys are $windows', ({ architecture, keys, windows }) => {
    expect(windowsOf(architecture, keys)).toEqual(windows);
  });

  it('leave rope unscaled, and in Gemma 3 have another base', () => {
    const keys = {
      block_count: 6,
      'attention.sliding_window': 16,
      'rope.freq_base': 1e6,
      'rope.scaling.factor': 8,
    };
    expect(attentionsOf('gemma3', keys).map(({ rope }) => [rope?.base, rope?.frequencyScale])).toEqual([
      ...Array.from({ length: 5 }, () => [10000, 1]),
      [1e6, 1 / 8],
    ]);
  });

  it('are used in EXAONE 4 of 64 layers, whose layers without a window have no rope', () => {
    const layers = attentionsOf('exaone4', { block_count: 64, 'attention.sliding_window': 16 });
    expect(layers.slice(2, 4).map(({ window, rope }) => [window, rope !== null])).toEqual([
      [16, true],
      [null, false],
    ]);
  });

  it('are chunks in Llama 4, where every fourth layer sees everything, without rope and with a temperature', () => {
    const layers = attentionsOf('llama4', { block_count: 4, expert_count: 16 });
    expect(layers[0]).toMatchObject({
      chunk: 8192,
      temperature: null,
      qkNorm: { weights: 'unit', afterRope: true },
    });
    expect(layers[3]).toMatchObject({
      rope: null,
      temperature: { scale: 0.1, length: 8192, offset: 1 },
      qkNorm: null,
    });
    expect(layers[3].chunk).toBeUndefined();
    expect(attentionsOf('llama4', { block_count: 4, expert_count: 128 })[0].qkNorm).toBeNull();
  });
});

describe('Gemmas by layer', () => {
  const HEADS = {
    'attention.key_length': 32,
    'attention.value_length': 32,
    'attention.key_length_swa': 16,
    'attention.value_length_swa': 16,
  };
  const WINDOWS = {
    block_count: 6,
    'attention.sliding_window': 8,
    'attention.sliding_window_pattern': [true, true, false, true, true, false],
  };
  const VALUES = Object.fromEntries(
    Array.from({ length: 6 }, (_, layer) => [`blk.${layer}.attn_v.weight`, [64, 64]]),
  );

  it('have heads and rope by the class of the layer, with factors only where there is no window', () => {
    const keys = { ...HEADS, ...WINDOWS, 'rope.freq_base': 1e6, 'rope.dimension_count': 32 };
    const layers = attentionsOf('gemma4', keys, { ...VALUES, 'rope_freqs.weight': [16] });
    const seen = layers.map(({ headDim, valueDim, window, rope, scale }) => {
      return [headDim, valueDim, window, rope?.nRot, rope?.base, rope?.factors !== null, scale];
    });
    const ofWindow = [16, 16, 8, 16, 10000, false, 1];
    const full = [32, 32, null, 32, 1e6, true, 1];
    expect(seen).toEqual([ofWindow, ofWindow, full, ofWindow, ofWindow, full]);
  });

  it.each([
    { nShared: 0, sources: [null, null, null, null, null, null] },
    { nShared: 1, sources: [null, null, null, null, null, 2] },
    { nShared: 3, sources: [null, null, null, 1, 1, 2] },
  ])('share the last cache of their class in the last $nShared layers', ({ nShared, sources }) => {
    const keys = { ...HEADS, ...WINDOWS, 'attention.shared_kv_layers': nShared };
    const gguf = fakeFile('gemma4', keys, { ...VALUES, 'blk.5.attn_k_norm.weight': [32] });
    const spec = readModelSpec(gguf);
    expect(attentionsOf('gemma4', keys, VALUES).map(({ cacheOf }) => cacheOf ?? null)).toEqual(sources);
    const ignored = [3, 4, 5]
      .filter(layer => sources[layer] !== null)
      .map(layer => `blk.${layer}.attn_v.weight`);
    expect([...ignoredTensors(gguf, spec)]).toEqual([
      ...ignored,
      ...(nShared > 0 ? ['blk.5.attn_k_norm.weight'] : []),
    ]);
    const names = tensorsOf(spec).map(({ name }) => name);
    expect(names.filter(name => /attn_(k|v|k_norm)\./.test(name))).toHaveLength(3 * (6 - nShared));
  });

  it('take values from keys where a layer has no attn_v', () => {
    const { 'blk.2.attn_v.weight': _, ...others } = VALUES;
    const layers = attentionsOf('gemma4', { ...HEADS, ...WINDOWS }, others);
    expect(layers.map(({ valuesOfKeys = false }) => valuesOfKeys)).toEqual([
      false,
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  it.each([
    { keys: {}, perLayer: undefined, softcap: 30 },
    { keys: { embedding_length_per_layer_input: 8, final_logit_softcapping: 0 }, perLayer: 8, softcap: null },
  ])('have embeddings by layer and a softcap as $keys say', ({ keys, perLayer, softcap }) => {
    const gguf = fakeFile('gemma4', { ...HEADS, ...WINDOWS, ...keys }, VALUES);
    const { embedding, head } = readModelSpec(gguf);
    expect([embedding.perLayer?.width, head.softcap]).toEqual([perLayer, softcap]);
  });

  it('have dense feed-forwards, with experts beside those of the layers that have a router', () => {
    const keys = {
      ...HEADS,
      ...WINDOWS,
      expert_count: 4,
      expert_used_count: 2,
      expert_feed_forward_length: 24,
    };
    const tensors = { ...VALUES, 'blk.1.ffn_gate_inp.weight': [64, 4], 'blk.1.ffn_down_exps.scale': [4] };
    const [first, second] = layersOf('gemma4', keys, tensors);
    expect(first.expertsBeside).toBeUndefined();
    expect([first.ffn?.kind, second.ffn?.kind]).toEqual(['dense', 'dense']);
    expect(second.expertsBeside?.ffn).toMatchObject({
      nFf: 24,
      activation: 'gelu',
      gating: 'softmax',
      normalise: true,
      downScale: true,
    });
  });

  it('have in Gemma 3n 20 caches, 10 layers with sparse gates, and a window in four of five layers', () => {
    const tensors = Object.fromEntries(
      Array.from({ length: 22 }, (_, layer) => [`blk.${layer}.laurel_l.weight`, [64, 24]] as const),
    );
    const keys = { block_count: 22, 'attention.sliding_window': 8 };
    const streams = { 'blk.0.altup_router.weight': [64, 4], 'blk.0.attn_v.weight': [64, 64] };
    const spec = readModelSpec(fakeFile('gemma3n', keys, { ...tensors, ...streams }));
    const layers = spec.layers.map(({ mixer, ffn, laurel }) => ({
      cacheOf: mixer.kind === 'attention' ? mixer.cacheOf : null,
      window: mixer.kind === 'attention' ? mixer.window : null,
      sparse: ffn?.kind === 'dense' && ffn.sparsity !== undefined,
      rank: laurel?.rank,
    }));
    expect(spec).toMatchObject({ altUp: { nStreams: 4 }, embedding: { perLayer: { width: 256 } } });
    expect(layers.map(({ cacheOf }) => cacheOf).slice(18)).toEqual([undefined, undefined, 18, 18]);
    expect(layers.map(({ window }) => window).slice(0, 6)).toEqual([8, 8, 8, 8, null, 8]);
    expect(layers.map(({ sparse }) => sparse).lastIndexOf(true)).toBe(9);
    expect(layers[3].rank).toBe(24);
  });
});

describe('scales', () => {
  it.each([
    { architecture: 'llama', nLayers: 2, scale: 1 / Math.sqrt(32) },
    { architecture: 'gemma2', nLayers: 26, scale: 1 / Math.sqrt(32) },
    { architecture: 'gemma2', nLayers: 46, scale: 1 / Math.sqrt(16) },
    { architecture: 'gemma3', nLayers: 46, scale: 1 / Math.sqrt(32) },
    { architecture: 'gemma3', nLayers: 62, scale: 1 / Math.sqrt(16) },
  ])(
    'scales the scores of $architecture with $nLayers layers by $scale',
    ({ architecture, nLayers, scale }) => {
      const keys = { block_count: nLayers, 'attention.key_length': 32, 'attention.value_length': 32 };
      expect(attentionsOf(architecture, keys)[0].scale).toBeCloseTo(scale, 12);
    },
  );

  it('divides the logits of Granite and MiniCPM, and multiplies those of Command R', () => {
    const scaleOf = (architecture: string, keys: Values) =>
      readModelSpec(fakeFile(architecture, keys)).head.scale;
    expect(scaleOf('granite', { logit_scale: 4 })).toBe(1 / 4);
    expect(scaleOf('minicpm', { logit_scale: 4 })).toBe(1 / 4);
    expect(scaleOf('command-r', { logit_scale: 4 })).toBe(4);
  });

  it('knows the scales of the first MiniCPM, whose files lack them', () => {
    const { embedding, layers, head } = readModelSpec(fakeFile('minicpm', { embedding_length: 2304 }));
    expect([embedding.scale, layers[0].residualScale, head.scale]).toEqual([
      12,
      1.4 / Math.sqrt(2),
      256 / 2304,
    ]);
  });

  it('scales the scores of DeepSeek by YaRN, but not its rope', () => {
    const [{ mixer }] = layersOf('deepseek2', {
      'attention.key_length_mla': 16,
      'attention.value_length_mla': 16,
      'attention.kv_lora_rank': 32,
      'rope.dimension_count': 8,
      'rope.scaling.type': 'yarn',
      'rope.scaling.factor': Math.E ** 2,
      'rope.scaling.yarn_log_multiplier': 0.05,
    });
    expect(mixer).toMatchObject({ kind: 'latent', nNope: 8, nRope: 8, rope: { magnitude: 1 } });
    expect(mixer.kind === 'latent' && mixer.scale).toBeCloseTo(1.1 ** 2 / 4, 12);
  });
});

describe('facts that follow from tensors', () => {
  it.each<{ what: string; architecture: string; tensors: Shapes; spec: object }>([
    {
      what: 'output matrix and its bias',
      architecture: 'phi2',
      tensors: { 'output.weight': [64, 10], 'output.bias': [10] },
      spec: { head: { tensor: 'output', bias: true } },
    },
    {
      what: 'no output matrix',
      architecture: 'llama',
      tensors: {},
      spec: { head: { tensor: 'token_embd', bias: false } },
    },
    {
      what: 'biases of q, k and v in one layer',
      architecture: 'llama',
      tensors: { 'blk.1.attn_q.bias': [64] },
      spec: { layers: [{ mixer: { qkvBias: false } }, { mixer: { qkvBias: true } }] },
    },
    {
      what: 'fused q, k and v, gate and up',
      architecture: 'phi3',
      tensors: { 'blk.0.attn_qkv.weight': [64, 192], 'blk.0.ffn_up.weight': [64, 256] },
      spec: {
        layers: [{ mixer: { fusedQkv: true }, ffn: { gate: 'fused' } }, { ffn: { gate: 'separate' } }],
      },
    },
    {
      what: 'a layer of StableLM without ffn_norm',
      architecture: 'stablelm',
      tensors: {},
      spec: { layers: [{ parallel: true, ffnNorm: null }, {}] },
    },
    {
      what: 'norms of all heads in Command R Plus',
      architecture: 'command-r',
      tensors: { 'blk.0.attn_q_norm.weight': [16, 4] },
      spec: { layers: [{ mixer: { qkNorm: { kind: 'layer', weights: 'heads' } } }, {}] },
    },
  ])('are read: $what', ({ architecture, tensors, spec }) => {
    expect(readModelSpec(fakeFile(architecture, { logit_scale: 1 }, tensors))).toMatchObject(spec);
  });

  it('finds experts if a layer has a router, with the width of 2024 if no key has it', () => {
    const tensors = { 'blk.1.ffn_gate_inp.weight': [64, 4], 'blk.1.ffn_gate_shexp.weight': [64, 128] };
    const [{ ffn: dense }, { ffn }] = layersOf(
      'qwen2moe',
      { expert_count: 4, expert_used_count: 2 },
      tensors,
    );
    expect(dense?.kind).toBe('dense');
    expect(ffn).toMatchObject({
      kind: 'experts',
      nFf: 64,
      normalise: false,
      shared: { nFf: 128, gated: false },
    });
  });

  it('covers architectures outside the zoo: Arcee squares values above 0, without a gate', () => {
    const spec = readModelSpec(fakeFile('arcee'));
    expect(spec.layers[0].ffn).toMatchObject({ gate: 'none', activation: 'relu2' });
    expect(tensorsOf(spec).map(({ name }) => name)).not.toContain('blk.0.ffn_gate.weight');
  });
});

describe('tensorsOf', () => {
  it('lists each tensor of a model once, including the rope factors that its layers share', () => {
    const tensors = { 'rope_freqs.weight': [8], 'blk.0.attn_q.bias': [64], 'output.weight': [64, 10] };
    const listed = tensorsOf(
      readModelSpec(fakeFile('llama', { block_count: 1, 'attention.head_count_kv': 2 }, tensors)),
    );
    expect(listed.map(({ name, shape, role }) => `${name} [${shape}] ${role}`)).toEqual([
      'token_embd.weight [64,10] matrix',
      'rope_freqs.weight [8] vector',
      'blk.0.attn_norm.weight [64] vector',
      'blk.0.attn_q.weight [64,64] matrix',
      'blk.0.attn_q.bias [64] vector',
      'blk.0.attn_k.weight [64,32] matrix',
      'blk.0.attn_k.bias [32] vector',
      'blk.0.attn_v.weight [64,32] matrix',
      'blk.0.attn_v.bias [32] vector',
      'blk.0.attn_output.weight [64,64] matrix',
      'blk.0.ffn_norm.weight [64] vector',
      'blk.0.ffn_gate.weight [64,128] matrix',
      'blk.0.ffn_up.weight [64,128] matrix',
      'blk.0.ffn_down.weight [128,64] matrix',
      'output_norm.weight [64] vector',
      'output.weight [64,10] matrix',
    ]);
  });
});
