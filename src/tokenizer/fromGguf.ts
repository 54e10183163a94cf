import { type GgufMetadata, getBool, getNumber, getNumbers, getString, getStrings } from '../gguf/index.ts';
import { ForetokenError } from '../util/errors.ts';
import { PackedStrings } from '../util/packedStrings.ts';
import { DEFAULT_PRE_TOKENIZER, PRE_TOKENIZERS, type PreTokenizer } from './preTokenizers.ts';
import { FIM_ROLES, type FimRole, type Method, TOKEN_TYPE, type VocabularySpec } from './vocabularySpec.ts';

const PREFIX = 'tokenizer.ggml';

/** llama.cpp's defaults for the special tokens of a kind of vocabulary; -1 for none. */
interface Defaults {
  readonly bos: number;
  readonly eos: number;
  readonly unk: number;
  readonly sep: number;
  readonly addBos: boolean;
  readonly addEos: boolean;
  readonly cleanSpaces: boolean;
}

/** Method with its defaults and its warnings for the user. */
interface Kind {
  readonly method: Method;
  readonly defaults: Defaults;
  readonly warnings?: readonly string[];
  /** Whether BOS is added whatever the file says. */
  readonly forcesBos?: boolean;
}

const NONE = -1;
const NO_TOKENS = {
  bos: NONE,
  eos: NONE,
  unk: NONE,
  sep: NONE,
  addBos: false,
  addEos: false,
  cleanSpaces: false,
};

/** Keys of the fill-in-the-middle tokens, with the older keys of three of them. */
const FIM_KEYS: Readonly<Record<FimRole, readonly string[]>> = {
  prefix: ['fim_pre_token_id', 'prefix_token_id'],
  suffix: ['fim_suf_token_id', 'suffix_token_id'],
  middle: ['fim_mid_token_id', 'middle_token_id'],
  pad: ['fim_pad_token_id'],
  repo: ['fim_rep_token_id'],
  separator: ['fim_sep_token_id'],
};

/**
 * Reads the vocabulary of a model file, with llama.cpp's defaults for absent values (src/llama-vocab.cpp,
 * llama_vocab::impl::load).
 *
 * @throws ForetokenError `unsupported_model` for an unknown kind of tokenizer, `invalid_gguf` for missing metadata or metadata of
 * a wrong type
 */
export function vocabularyFrom(metadata: GgufMetadata): VocabularySpec {
  const { method, defaults, warnings = [], forcesBos = false } = kindOf(metadata);
  const tokens = getStrings(metadata, `${PREFIX}.tokens`);
  const id = (keys: readonly string[]) => specialId(metadata, keys, tokens.length);
  const eot = id(['eot_token_id']);
  const eom = id(['eom_token_id']);
  const byDefault = (token: number) => (token < tokens.length ? token : NONE);
  return {
    method,
    tokens,
    scores: getNumbers(metadata, `${PREFIX}.scores`, null) ?? new Float32Array(tokens.length),
    types:
      getNumbers(metadata, `${PREFIX}.token_type`, null) ??
      new Int32Array(tokens.length).fill(TOKEN_TYPE.normal),
    bos: id(['bos_token_id']) ?? byDefault(defaults.bos),
    eos: id(['eos_token_id']) ?? byDefault(defaults.eos),
    unk: id(['unknown_token_id']) ?? byDefault(defaults.unk),
    // The key is misspelled in every file.
    sep: id(['seperator_token_id']) ?? byDefault(defaults.sep),
    ...(eot === undefined ? {} : { eot }),
    ...(eom === undefined ? {} : { eom }),
    fim: fimIds(id),
    addBos: forcesBos || getBool(metadata, `${PREFIX}.add_bos_token`, defaults.addBos),
    addEos: getBool(metadata, `${PREFIX}.add_eos_token`, defaults.addEos),
    cleanSpaces: defaults.cleanSpaces,
    ...strippingTokens(metadata, tokens),
    warnings,
  };
}

function kindOf(metadata: GgufMetadata): Kind {
  const model = getString(metadata, `${PREFIX}.model`);
  const pre = getString(metadata, `${PREFIX}.pre`, '');
  const flag = (name: string, fallback: boolean) => getBool(metadata, `${PREFIX}.${name}`, fallback);
  switch (model) {
    case 'llama':
      return {
        method: { kind: 'spm', addSpacePrefix: flag('add_space_prefix', true) },
        defaults: { ...NO_TOKENS, bos: 1, eos: 2, unk: 0, addBos: true },
      };
    case 'gpt2':
      if (pre === 'granite-embed-multi-311m' || pre === 'sarvam-moe')
        return lineBpe(metadata, pre !== 'sarvam-moe', { ...NO_TOKENS, bos: 11, eos: 11 });
      return byteBpe(metadata, pre);
    case 'gemma4':
      return lineBpe(metadata, true, NO_TOKENS);
    case 'bert': {
      const lowercase = flag('normalizer.lowercase', true);
      return {
        method: { kind: 'wpm', lowercase, stripAccents: flag('normalizer.strip_accents', lowercase) },
        defaults: { ...NO_TOKENS, bos: 101, unk: 100, sep: 102, addBos: true, cleanSpaces: true },
      };
    }
    case 't5':
      return {
        method: {
          kind: 'ugm',
          addSpacePrefix: flag('add_space_prefix', false),
          removeExtraSpaces: flag('remove_extra_whitespaces', false),
          charsmap: Uint8Array.from(getNumbers(metadata, `${PREFIX}.precompiled_charsmap`, null) ?? []),
        },
        defaults: { ...NO_TOKENS, eos: 1, unk: 2, addEos: true },
      };
    default: {
      const known = '"llama", "gpt2", "gemma4", "bert" and "t5"';
      const message = `the tokenizer of this model is "${model}"; supported are ${known}: choose a model with one of these`;
      throw new ForetokenError('unsupported_model', message, { tokenizer: model });
    }
  }
}

function byteBpe(metadata: GgufMetadata, name: string): Kind {
  const known = PRE_TOKENIZERS.get(name);
  const pre = known ?? DEFAULT_PRE_TOKENIZER;
  const token = pre.hasBos ? 11 : NONE;
  return {
    method: { kind: 'bpe', merges: mergesOf(metadata, pre), pre },
    defaults: { ...NO_TOKENS, bos: token, eos: 11, addBos: pre.addBos, cleanSpaces: pre.cleanSpaces },
    ...(known ? {} : { warnings: [unknownPre(name)] }),
  };
}

function unknownPre(name: string): string {
  const what =
    name === ''
      ? 'the file does not say how its tokenizer splits text into words (tokenizer.ggml.pre is missing)'
      : `the file splits text into words in a way that is not known here (tokenizer.ggml.pre is ${JSON.stringify(name)})`;
  return `${what}: llama.cpp's default is used, and answers may be worse than the model's; a newer conversion may help`;
}

/** Gemma 4 files omit or misstate the added tokens; llama.cpp adds BOS in any case. */
function lineBpe(metadata: GgufMetadata, wholeNewlines: boolean, defaults: Defaults): Kind {
  return {
    method: { kind: 'line-bpe', merges: mergesOf(metadata), wholeNewlines },
    defaults: { ...defaults, cleanSpaces: wholeNewlines },
    forcesBos: wholeNewlines,
  };
}

function mergesOf(metadata: GgufMetadata, pre?: PreTokenizer): PackedStrings {
  const key = `${PREFIX}.merges`;
  return pre?.withoutMerges ? getStrings(metadata, key, PackedStrings.of([])) : getStrings(metadata, key);
}

/** Id under the last of `keys` that is present; an id outside the vocabulary counts as absent. */
function specialId(metadata: GgufMetadata, keys: readonly string[], nVocab: number): number | undefined {
  const ids = keys.map(key => getNumber(metadata, `${PREFIX}.${key}`, NONE));
  return ids.findLast(id => Number.isInteger(id) && id >= 0 && id < nVocab);
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
 * Special tokens that swallow white space. Files have no per-token attributes, so llama.cpp goes by names: `<mask>` of some
 * encoders swallows the space before it, the special tokens of Phi-3, all but three, the space after them.
 */
function strippingTokens(
  metadata: GgufMetadata,
  tokens: PackedStrings,
): Pick<VocabularySpec, 'lstrip' | 'rstrip'> {
  const name = getString(metadata, 'general.name', '').toLowerCase();
  const pre = getString(metadata, `${PREFIX}.pre`, '');
  const architecture = getString(metadata, 'general.architecture', '');
  const hasAny = (text: string, parts: readonly string[]) => parts.some(part => text.includes(part));
  const idsOf = (texts: readonly string[]) => texts.map(text => tokens.indexOf(text)).filter(id => id >= 0);

  if (
    hasAny(pre, ['jina-v2-de', 'jina-v2-es', 'jina-v2-code']) ||
    hasAny(architecture, ['nomic-bert-moe', 'jina-bert-v3'])
  )
    return { lstrip: idsOf(['<mask>']) };
  if (hasAny(name, ['phi-3', 'phi3'])) {
    const others = idsOf(['<unk>', '<s>', '<|endoftext|>']);
    return {
      rstrip: Array.from({ length: tokens.length }, (_, id) => id).filter(id => !others.includes(id)),
    };
  }
  if (name.includes('modern-bert')) return { lstrip: idsOf(['[MASK]']) };
  return {};
}
