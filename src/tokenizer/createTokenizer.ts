import { assertNever } from '../util/assert.ts';
import { BpeEncoding } from './bpe.ts';
import type { Encoding } from './encoding.ts';
import { LineBpeEncoding } from './lineBpe.ts';
import { SpecialPartition } from './partition.ts';
import { SpmEncoding } from './spm.ts';
import type { EncodeOptions, Tokenizer } from './tokenizer.ts';
import { UgmEncoding } from './ugm.ts';
import { Vocabulary } from './vocabulary.ts';
import {
  type FimRole,
  TOKEN_TYPE,
  type VocabType,
  type VocabularySpec,
  vocabTypeOf,
} from './vocabularySpec.ts';
import { WpmEncoding } from './wpm.ts';

const NOTHING = new Uint8Array();

/** @throws ForetokenError `invalid_gguf` if the parts of the specification contradict each other */
export function createTokenizer(spec: VocabularySpec): Tokenizer {
  const vocabulary = new Vocabulary(spec);
  return new SpecTokenizer(spec, vocabulary, encodingOf(spec, vocabulary));
}

function encodingOf({ method }: VocabularySpec, vocabulary: Vocabulary): Encoding {
  switch (method.kind) {
    case 'spm':
      return new SpmEncoding(method, vocabulary);
    case 'bpe':
      return new BpeEncoding(method, vocabulary);
    case 'line-bpe':
      return new LineBpeEncoding(method, vocabulary);
    case 'wpm':
      return new WpmEncoding(method, vocabulary);
    case 'ugm':
      return new UgmEncoding(method, vocabulary);
    default:
      return assertNever(method);
  }
}

/** Common part of all kinds: special tokens, tokens added around a text, and decoding. */
class SpecTokenizer implements Tokenizer {
  readonly vocabType: VocabType;
  readonly nVocab: number;
  readonly bos: number;
  readonly eos: number;
  readonly sep: number;
  readonly addBos: boolean;
  readonly addEos: boolean;
  readonly eogTokens: readonly number[];

  readonly #vocabulary: Vocabulary;
  readonly #encoding: Encoding;
  readonly #partition: SpecialPartition;
  readonly #added: { readonly before: readonly number[]; readonly behind: readonly number[] };
  readonly #dropsPrefix: boolean;
  readonly #cleanSpaces: boolean;
  /** Length of the longest token in UTF-16 units. */
  readonly #longest: number;

  constructor(spec: VocabularySpec, vocabulary: Vocabulary, encoding: Encoding) {
    const { method } = spec;
    this.#vocabulary = vocabulary;
    this.#encoding = encoding;
    this.#partition = new SpecialPartition(vocabulary, spec.lstrip ?? [], spec.rstrip ?? []);
    this.vocabType = vocabTypeOf(spec);
    this.nVocab = vocabulary.size;
    this.bos = spec.bos;
    this.eos = spec.eos;
    this.sep = spec.sep;
    this.addBos = spec.addBos;
    this.addEos = spec.addEos;
    this.eogTokens = [...vocabulary.eog].sort((a, b) => a - b);
    this.#added =
      method.kind === 'wpm'
        ? { before: [spec.bos], behind: [spec.sep] }
        : { before: spec.addBos ? [spec.bos] : [], behind: spec.addEos ? [spec.eos] : [] };
    this.#dropsPrefix = 'addSpacePrefix' in method && method.addSpacePrefix;
    this.#cleanSpaces = spec.cleanSpaces;
    // A text has at most as many UTF-16 units as bytes.
    this.#longest = Math.max(1, vocabulary.longest);
  }

  get fim(): Readonly<Partial<Record<FimRole, number>>> {
    return this.#vocabulary.fim;
  }

  leastTokens(text: string): number {
    if (this.#encoding.mayDropText) return 0;
    // White space beside a special token may be dropped.
    const nSpaces = text.match(/\s/g)?.length ?? 0;
    return Math.ceil((text.length - nSpaces) / this.#longest);
  }

  encode(text: string, { addSpecial, parseSpecial }: EncodeOptions): number[] {
    const tokens: number[] = addSpecial ? [...this.#added.before] : [];
    let afterSpecial = true;
    for (const fragment of this.#partition.split(text.replace(/\p{Surrogate}/gu, '\uFFFD'), parseSpecial)) {
      const isToken = typeof fragment === 'number';
      if (isToken) tokens.push(fragment);
      else this.#encoding.encode(fragment, afterSpecial, tokens);
      afterSpecial = isToken;
    }
    if (addSpecial) tokens.push(...this.#added.behind);
    return tokens;
  }

  piece(token: number, special: boolean): Uint8Array {
    const text = this.#vocabulary.bytes(token);
    switch (this.#vocabulary.type(token)) {
      case TOKEN_TYPE.normal:
        return this.#encoding.pieceBytes(text);
      case TOKEN_TYPE.byte:
        return Uint8Array.of(Number.parseInt(this.#vocabulary.text(token).slice(3, 5), 16));
      case TOKEN_TYPE.userDefined:
        return text.slice();
      case TOKEN_TYPE.control:
      case TOKEN_TYPE.unknown:
        return special ? text.slice() : NOTHING;
      default:
        return NOTHING;
    }
  }

  decode(tokens: readonly number[], special: boolean): string {
    const decoder = newDecoder();
    const parts = tokens.map(token => decoder.decode(this.piece(token, special), { stream: true }));
    return parts.join('') + decoder.decode();
  }

  detokenize(tokens: readonly number[]): string {
    const [first] = tokens;
    const text = this.decode(tokens, false);
    // As in llama.cpp, only the first token counts: a space of the second one stays.
    const dropsSpace = this.#dropsPrefix && first !== undefined && this.piece(first, false)[0] === 0x20;
    const whole = dropsSpace ? text.slice(1) : text;
    return this.#cleanSpaces ? withCleanSpaces(whole) : whole;
  }

  pieceText(token: number): string {
    return newDecoder().decode(this.piece(token, true));
  }

  isEog(token: number): boolean {
    return this.#vocabulary.eog.has(token);
  }

  isSpecial(token: number): boolean {
    return this.#vocabulary.isHidden(token);
  }

  tokenText(token: number): string {
    return this.#vocabulary.text(token);
  }

  tokenOf(text: string): number | undefined {
    return this.#vocabulary.idOf(text);
  }
}

/** Removes spaces before punctuation, around an apostrophe between spaces, and before 's 'm 're 've. */
function withCleanSpaces(text: string): string {
  return text
    .replace(/ (?=[?!.,])/g, '')
    .replace(/ ' /g, "'")
    .replace(/ (?='(?:[sm]|re|ve))/g, '');
}

function newDecoder(): TextDecoder {
  // Keeps a byte order mark, which is a token like any other.
  return new TextDecoder('utf-8', { ignoreBOM: true });
}
