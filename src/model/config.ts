import { type GgufFile, getNumber, getString } from '../gguf/index.ts';
import { ForetokenError } from '../util/errors.ts';

/** The blueprint of a model, from the metadata of its file. Lengths in values, counts as in GGUF's keys. */
export interface ModelConfig {
  readonly name: string;
  readonly nVocab: number;
  readonly nEmbd: number;
  readonly nLayers: number;
  readonly nHead: number;
  readonly nKvHead: number;
  readonly headDim: number;
  /** Width of the feed-forward, of one expert where there are experts. */
  readonly nFf: number;
  readonly experts: { readonly count: number; readonly used: number } | null;
  readonly nRot: number;
  readonly ropeFreqBase: number;
  readonly ropeFreqScale: number;
  readonly rmsEps: number;
  readonly nCtxTrain: number;
}

const MAX_EXPERTS = 1024;

/** Reads the `llama` architecture. Throws `unsupported_model` for another one, `invalid_gguf` for senseless values. */
export function readConfig(gguf: GgufFile): ModelConfig {
  const { metadata } = gguf;
  const architecture = getString(metadata, 'general.architecture');
  if (architecture !== 'llama') {
    throw new ForetokenError(
      'unsupported_model',
      `${gguf.source.name} has the architecture "${architecture}"; only "llama" is supported (dense or mixture of experts)`,
    );
  }
  const key = (name: string) => `llama.${name}`;
  const nEmbd = count(gguf, key('embedding_length'));
  const nHead = count(gguf, key('attention.head_count'));
  const nKvHead = count(gguf, key('attention.head_count_kv'), nHead);
  const headDim = count(gguf, key('attention.key_length'), nEmbd / nHead);
  const nExperts = count(gguf, key('expert_count'), 0, 0);
  const config: ModelConfig = {
    name: getString(metadata, 'general.name', gguf.source.name),
    nVocab: vocabularySize(gguf),
    nEmbd,
    nLayers: count(gguf, key('block_count')),
    nHead,
    nKvHead,
    headDim,
    nFf: count(gguf, key('feed_forward_length')),
    experts: nExperts > 0 ? { count: nExperts, used: count(gguf, key('expert_used_count')) } : null,
    nRot: count(gguf, key('rope.dimension_count'), headDim),
    ropeFreqBase: positive(gguf, key('rope.freq_base'), 10000),
    ropeFreqScale: ropeScale(gguf),
    rmsEps: positive(gguf, key('attention.layer_norm_rms_epsilon')),
    nCtxTrain: count(gguf, key('context_length')),
  };
  check(gguf, config);
  return config;
}

function count(gguf: GgufFile, key: string, fallback?: number, least = 1): number {
  const value =
    fallback === undefined ? getNumber(gguf.metadata, key) : getNumber(gguf.metadata, key, fallback);
  if (!Number.isInteger(value) || value < least || value > 2 ** 31) {
    throw new ForetokenError(
      'invalid_gguf',
      `${gguf.source.name}: ${key} is ${value}, not a whole number from ${least}`,
    );
  }
  return value;
}

function positive(gguf: GgufFile, key: string, fallback?: number): number {
  const value =
    fallback === undefined ? getNumber(gguf.metadata, key) : getNumber(gguf.metadata, key, fallback);
  if (Number.isFinite(value) && value > 0) return value;
  throw new ForetokenError('invalid_gguf', `${gguf.source.name}: ${key} is ${value}, not a positive number`);
}

/** Rows of the embedding matrix: what the kernels can index, whatever the metadata says. */
function vocabularySize(gguf: GgufFile): number {
  const embedding = gguf.tensors.get('token_embd.weight');
  if (!embedding) throw new ForetokenError('invalid_gguf', `${gguf.source.name} has no token_embd.weight`);
  return embedding.shape[1] ?? 0;
}

function ropeScale(gguf: GgufFile): number {
  const type = getString(gguf.metadata, 'llama.rope.scaling.type', 'none');
  switch (type) {
    case 'none':
      return 1;
    case 'linear':
      // 0 stands for "not set" in llama.cpp.
      return 1 / (getNumber(gguf.metadata, 'llama.rope.scaling.factor', 0) || 1);
    default:
      throw new ForetokenError(
        'unsupported_model',
        `${gguf.source.name} scales rope by "${type}"; supported are none and linear`,
      );
  }
}

function check(gguf: GgufFile, config: ModelConfig): void {
  const { nHead, nKvHead, headDim, nRot, experts } = config;
  const fail = (what: string) => {
    throw new ForetokenError('unsupported_model', `${gguf.source.name}: ${what}`);
  };
  if (nHead % nKvHead !== 0) fail(`${nHead} attention heads cannot share ${nKvHead} KV heads`);
  if (headDim % 4 !== 0 || headDim > 1024)
    fail(`heads of ${headDim} values; multiples of 4 up to 1024 are supported`);
  if (nRot % 4 !== 0 || nRot > headDim)
    fail(`rope over ${nRot} of ${headDim} values; a multiple of 4 is needed`);
  // The router keeps all experts' logits in workgroup storage.
  if (experts && experts.count > MAX_EXPERTS)
    fail(`${experts.count} experts; up to ${MAX_EXPERTS} are supported`);
  if (experts && experts.used > experts.count) fail(`${experts.used} experts used of ${experts.count}`);
}
