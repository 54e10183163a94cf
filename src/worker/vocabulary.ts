import { type GgufMetadata, getBool, getNumber, getNumbers, getString, getStrings } from '../gguf/index.ts';
import { FIM_ROLES, type FimRole, TOKEN_TYPE, type VocabularySpec } from '../tokenizer/index.ts';
import { ForetokenError } from '../util/errors.ts';

const PREFIX = 'tokenizer.ggml';

/** What llama.cpp assumes of a `llama` vocabulary that does not say. */
const DEFAULTS = { bos: 1, eos: 2, unk: 0 } as const;

/** Names of the fill-in-the-middle tokens, and the older names of three of them. */
const FIM_KEYS: Readonly<Record<FimRole, readonly string[]>> = {
  prefix: ['fim_pre_token_id', 'prefix_token_id'],
  suffix: ['fim_suf_token_id', 'suffix_token_id'],
  middle: ['fim_mid_token_id', 'middle_token_id'],
  pad: ['fim_pad_token_id'],
  repo: ['fim_rep_token_id'],
  separator: ['fim_sep_token_id'],
};

/**
 * The vocabulary of a model file, with llama.cpp's defaults for what is absent.
 * @throws ForetokenError `unsupported_model` for a tokenizer other than `llama`, `invalid_gguf` for metadata of a wrong type
 */
export function vocabularyFrom(metadata: GgufMetadata): VocabularySpec {
  const model = getString(metadata, `${PREFIX}.model`);
  if (model !== 'llama') {
    const message = `the tokenizer of this model is "${model}"; supported is "llama" (SentencePiece): choose a model with that`;
    throw new ForetokenError('unsupported_model', message, { tokenizer: model });
  }
  const tokens = getStrings(metadata, `${PREFIX}.tokens`);
  const id = (keys: readonly string[]) => specialId(metadata, keys, tokens.length);
  const eot = id(['eot_token_id']);
  const eom = id(['eom_token_id']);
  return {
    tokens,
    scores: getNumbers(metadata, `${PREFIX}.scores`, null) ?? new Float32Array(tokens.length),
    types:
      getNumbers(metadata, `${PREFIX}.token_type`, null) ??
      new Int32Array(tokens.length).fill(TOKEN_TYPE.normal),
    bos: id(['bos_token_id']) ?? within(DEFAULTS.bos, tokens.length),
    eos: id(['eos_token_id']) ?? within(DEFAULTS.eos, tokens.length),
    unk: id(['unknown_token_id']) ?? within(DEFAULTS.unk, tokens.length),
    ...(eot === undefined ? {} : { eot }),
    ...(eom === undefined ? {} : { eom }),
    fim: fimIds(id),
    addBos: getBool(metadata, `${PREFIX}.add_bos_token`, true),
    addEos: getBool(metadata, `${PREFIX}.add_eos_token`, false),
    addSpacePrefix: getBool(metadata, `${PREFIX}.add_space_prefix`, true),
    rstrip: rstripTokens(metadata, tokens),
  };
}

/** The model's own chat template, which lies beside the vocabulary; null without one. */
export function chatTemplateOf(metadata: GgufMetadata): string | null {
  return getString(metadata, 'tokenizer.chat_template', '') || null;
}

/** The chat template for conversations with tools, where the model has another one for them. */
export function toolUseTemplateOf(metadata: GgufMetadata): string | null {
  return getString(metadata, 'tokenizer.chat_template.tool_use', '') || null;
}

/** The id under the last of `keys` that has one; an id outside the vocabulary counts as absent. */
function specialId(metadata: GgufMetadata, keys: readonly string[], nVocab: number): number | undefined {
  const ids = keys.map(key => getNumber(metadata, `${PREFIX}.${key}`, -1));
  return ids.findLast(id => Number.isInteger(id) && id >= 0 && id < nVocab);
}

function within(id: number, nVocab: number): number {
  return id < nVocab ? id : -1;
}

function fimIds(id: (keys: readonly string[]) => number | undefined): Partial<Record<FimRole, number>> {
  const fim: Partial<Record<FimRole, number>> = {};
  for (const role of FIM_ROLES) {
    const token = id(FIM_KEYS[role]);
    if (token !== undefined) fim[role] = token;
  }
  return fim;
}

/**
 * Files have no per-token attributes, so llama.cpp knows by the name of the model that Phi-3's special tokens swallow the
 * white space after them, all but three.
 */
function rstripTokens(metadata: GgufMetadata, tokens: readonly string[]): number[] {
  const name = getString(metadata, 'general.name', '').toLowerCase();
  if (!name.includes('phi-3') && !name.includes('phi3')) return [];
  return [...tokens.keys()].filter(token => !['<unk>', '<s>', '<|endoftext|>'].includes(tokens[token] ?? ''));
}
