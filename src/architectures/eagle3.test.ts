import { describe, expect, it } from 'vitest';
import type { GgufValue } from '../gguf/index.ts';
import { fakeFile } from './fakeFile.ts';
import { fusionTensors, isEagle3, readEagle3Spec, tensorsOf } from './index.ts';

type Values = Readonly<Record<string, GgufValue | undefined>>;

const KEYS: Values = { block_count: 1, target_layers: [2, 5, 9], target_hidden_size: 48 };
const OUTPUT = { 'output.weight': [64, 7], d2t: [7] };

const draft = (keys: Values = {}, tensors: Readonly<Record<string, readonly number[]>> = OUTPUT) =>
  fakeFile('eagle3', { ...KEYS, ...keys }, tensors);

describe('an EAGLE-3 draft', () => {
  it('is one layer whose mixer reads pairs of embeddings and states', () => {
    expect(readEagle3Spec(draft())).toMatchObject({
      layers: [{ prefix: 'blk.0.', attnNorm: null, mixer: { kind: 'attention' }, ffn: { kind: 'dense' } }],
      embedding: {
        tensor: 'token_embd',
        joint: {
          kind: 'paired',
          tokenNorm: { tensor: 'blk.0.attn_norm', kind: 'rms' },
          stateNorm: { tensor: 'blk.0.attn_norm_2', kind: 'rms' },
          residual: 'state',
          features: { tensor: 'fc', layers: [2, 5, 9], width: 48, norm: null },
        },
      },
      head: { norm: { tensor: 'output_norm' }, tensor: 'output', subset: { tensor: 'd2t', size: 7 } },
    });
  });

  it('has projections of twice its width, and a matrix of the target’s features', () => {
    const shapes = Object.fromEntries(
      tensorsOf(readEagle3Spec(draft())).map(({ name, shape }) => [name, shape]),
    );
    expect(shapes).toMatchObject({
      'fc.weight': [144, 64],
      'blk.0.attn_q.weight': [128, 64],
      'blk.0.attn_k.weight': [128, 64],
      'blk.0.attn_v.weight': [128, 64],
      'blk.0.attn_output.weight': [64, 64],
      'token_embd.weight': [64, 10],
      'output.weight': [64, 7],
      d2t: [7],
    });
  });

  it.each<{
    what: string;
    keys?: Values;
    tensors?: Readonly<Record<string, readonly number[]>>;
    spec: object;
  }>([
    {
      what: 'a residual stream that begins with the normalised state',
      keys: { norm_before_residual: true },
      spec: { embedding: { joint: { residual: 'normed' } } },
    },
    {
      what: 'a norm of the features',
      keys: { norm_before_fc: true },
      spec: { embedding: { joint: { features: { norm: { tensor: 'enc.output_norm', kind: 'rms' } } } } },
    },
    {
      what: 'its layers under the name of earlier files',
      keys: { target_layers: undefined, extract_layers: [1, 3] },
      spec: { embedding: { joint: { features: { layers: [1, 3] } } } },
    },
  ])('may have $what', ({ keys, tensors, spec }) => {
    expect(readEagle3Spec(draft(keys, tensors))).toMatchObject(spec);
  });

  it('may have the whole vocabulary', () => {
    expect(readEagle3Spec(draft({}, {})).head).not.toHaveProperty('subset');
  });

  it.each<{ what: string; keys: Values; code: string; message: string }>([
    {
      what: 'two layers',
      keys: { block_count: 2 },
      code: 'unsupported_model',
      message: 'an EAGLE-3 draft of 2 layers; one is supported',
    },
    {
      what: 'no layers of its target',
      keys: { target_layers: undefined },
      code: 'invalid_gguf',
      message: 'eagle3.extract_layers is missing',
    },
    {
      what: 'layers that are no numbers',
      keys: { target_layers: ['2'] },
      code: 'invalid_gguf',
      message: 'eagle3.target_layers is no list of numbers',
    },
  ])('is refused with $what', ({ keys, code, message }) => {
    expect(() => readEagle3Spec(draft(keys))).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it('is told from its architecture, and names the tensors that its target multiplies', () => {
    const fusion = { 'fc.weight': [144, 64], 'enc.output_norm.weight': [144] };
    expect(isEagle3(draft())).toBe(true);
    expect(isEagle3(fakeFile('llama'))).toBe(false);
    expect(fusionTensors(draft({}, { ...OUTPUT, ...fusion }))).toEqual(Object.keys(fusion));
  });
});
