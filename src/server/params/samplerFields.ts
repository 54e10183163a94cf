import type { LogitBias, SamplerName } from '../../engine/sampler/params.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { type Field, fieldError } from '../http/fields.ts';
import { isJsonObject, isStringArray, jsonTypeName } from '../http/json.ts';

/**
 * Samplers by letter and by all spellings that llama-server accepts; null for llama-server's samplers that are not implemented.
 */
const SAMPLER_LETTERS: Readonly<Record<string, SamplerName | null>> = {
  e: 'penalties',
  d: 'dry',
  s: 'top_n_sigma',
  k: 'top_k',
  y: 'typ_p',
  p: 'top_p',
  m: 'min_p',
  x: 'xtc',
  t: 'temperature',
  i: null,
  a: null,
};
const SAMPLER_SPELLINGS: Readonly<Record<string, SamplerName | null>> = {
  penalties: 'penalties',
  dry: 'dry',
  topnsigma: 'top_n_sigma',
  topk: 'top_k',
  typp: 'typ_p',
  typ: 'typ_p',
  typical: 'typ_p',
  typicalp: 'typ_p',
  topp: 'top_p',
  nucleus: 'top_p',
  minp: 'min_p',
  xtc: 'xtc',
  temperature: 'temperature',
  temp: 'temperature',
  infill: null,
  adaptivep: null,
};

/** `samplers`: order of the chain, as names in any accepted spelling or as one string of letters. Unknown names are skipped. */
export function samplersField(fallback: readonly SamplerName[]): Field<readonly SamplerName[]> {
  return {
    names: ['samplers'],
    fallback,
    read(value) {
      if (typeof value === 'string') return pickSamplers([...value], SAMPLER_LETTERS);
      if (!Array.isArray(value)) return fallback;
      const names = value.filter(name => typeof name === 'string');
      return pickSamplers(
        names.map(name => name.toLowerCase().replaceAll(/[-_]/g, '')),
        SAMPLER_SPELLINGS,
      );
    },
  };
}

function pickSamplers(keys: readonly string[], table: Readonly<Record<string, SamplerName | null>>) {
  return keys.flatMap(key => {
    const name = Object.hasOwn(table, key) ? table[key] : undefined;
    if (name === null) {
      throw fieldError('samplers', `the sampler '${key}' is not supported; leave it out`);
    }
    return name ?? [];
  });
}

/**
 * `logit_bias`: pairs of [token id or text, number or false], or an object with the same entries. A text biases each of its
 * tokens; false bans. As in llama-server, entries without meaning are skipped.
 */
export function logitBiasField(tokenizer: Tokenizer): Field<readonly LogitBias[]> {
  return {
    names: ['logit_bias'],
    fallback: [],
    read(value) {
      const pairs = Array.isArray(value)
        ? value.filter(isPair)
        : isJsonObject(value)
          ? Object.entries(value)
          : [];
      return pairs.flatMap(([key, bias]) => {
        const addend = bias === false ? Number.NEGATIVE_INFINITY : bias;
        if (typeof addend !== 'number') return [];
        const byId =
          typeof key === 'string' && !Array.isArray(value) && /^[+-]?\d+$/.test(key) ? Number(key) : key;
        return biasedTokens(byId, tokenizer).map(token => ({ token, bias: addend }));
      });
    },
  };
}

function isPair(value: unknown): value is readonly [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}

function biasedTokens(key: unknown, tokenizer: Tokenizer): readonly number[] {
  if (typeof key === 'string') return tokenizer.encode(key, { addSpecial: false, parseSpecial: false });
  return typeof key === 'number' && Number.isInteger(key) && key >= 0 && key < tokenizer.nVocab ? [key] : [];
}

/** `stop`: one string or several. As in llama-server, empty values ('', null, [] and {}) are ignored. */
export const stopField: Field<readonly string[]> = {
  names: ['stop'],
  fallback: [],
  read(value, name) {
    if (typeof value === 'string') return value === '' ? [] : [value];
    if (!Array.isArray(value)) return [];
    return value.flatMap((word: unknown, place) => {
      if (isEmpty(word)) return [];
      if (typeof word === 'string') return [word];
      throw fieldError(
        name,
        `every stop string must be a string, but element ${place} is ${jsonTypeName(word)}`,
      );
    });
  },
};

function isEmpty(word: unknown): boolean {
  if (typeof word === 'object' && word !== null) return Object.keys(word).length === 0;
  return word === null || word === '';
}

export const DEFAULT_DRY_BREAKERS: readonly string[] = ['\n', ':', '"', '*'];

/** `dry_sequence_breakers`: strings at which DRY stops looking back. */
export const dryBreakersField: Field<readonly string[]> = {
  names: ['dry_sequence_breakers'],
  fallback: DEFAULT_DRY_BREAKERS,
  read(value, name) {
    if (isStringArray(value) && value.length > 0) return value;
    throw fieldError(name, 'Error: dry_sequence_breakers must be a non-empty array of strings');
  },
};
