import type { GgufFile, GgufTensor, GgufValue } from '../gguf/index.ts';

/** Keys, without their prefix, of a model of two layers. */
const KEYS: Readonly<Record<string, GgufValue>> = {
  context_length: 1024,
  embedding_length: 64,
  block_count: 2,
  feed_forward_length: 128,
  'attention.head_count': 4,
  'attention.layer_norm_rms_epsilon': 1e-5,
  'attention.layer_norm_epsilon': 1e-5,
};

/**
 * Header of a model file for tests, without data. Keys get the prefix of the architecture, unless they begin with a dot, which is
 * dropped. A value of undefined omits a key.
 */
export function fakeFile(
  architecture: string,
  keys: Readonly<Record<string, GgufValue | undefined>> = {},
  tensors: Readonly<Record<string, readonly number[]>> = {},
): GgufFile {
  const shapes = { 'token_embd.weight': [64, 10], ...tensors };
  const metadata = new Map<string, GgufValue>([['general.architecture', architecture]]);
  for (const [key, value] of Object.entries({ ...KEYS, ...keys }))
    if (value !== undefined)
      metadata.set(key.startsWith('.') ? key.slice(1) : `${architecture}.${key}`, value);
  return {
    source: { name: 'fake.gguf', sizeBytes: 0, read: () => Promise.reject(new Error('there is no data')) },
    version: 3,
    metadata,
    tensors: new Map(Object.entries(shapes).map(([name, shape]) => [name, fakeTensor(name, shape)])),
  };
}

function fakeTensor(name: string, shape: readonly number[]): GgufTensor {
  const nElements = shape.reduce((product, length) => product * length, 1);
  return { name, type: 'F32', shape, nElements, offset: 0, sizeBytes: 4 * nElements };
}
