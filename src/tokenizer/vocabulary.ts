import { assert } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { PackedStrings } from '../util/packedStrings.ts';
import { EOG_FIM_ROLES, EOG_TEXTS, FIM_TEXTS, NO_EOG_BESIDE, SHOWN_TEXTS } from './specialTexts.ts';
import { TextTable } from './textTable.ts';
import { FIM_ROLES, type FimRole, TOKEN_TYPE, type VocabularySpec } from './vocabularySpec.ts';

const utf8 = new TextEncoder();

/** Checked vocabulary: token texts, their types after llama.cpp's corrections, and the look-up of an id by its text. */
export class Vocabulary {
  readonly texts: PackedStrings;
  /** Look-up by the bytes of a text. */
  readonly table: TextTable;
  readonly unk: number;
  /** Tokens that end generation. */
  readonly eog: ReadonlySet<number>;
  readonly fim: Readonly<Partial<Record<FimRole, number>>>;
  /** Token of each of the 256 bytes, `<0x0A>` and so on; -1 if the vocabulary has none. */
  readonly byteTokens: Int32Array;
  /** Types as in the file. */
  readonly fileTypes: Int32Array;
  /** Bytes of the longest text. */
  readonly longest: number;

  readonly #scores: Float32Array;
  readonly #types: Int32Array;

  /** @throws ForetokenError `invalid_gguf` if the parts of the specification contradict each other */
  constructor(spec: VocabularySpec) {
    const nVocab = spec.tokens.length;
    if (spec.scores.length < nVocab) throw shortArray('scores', spec.scores.length, nVocab);
    if (spec.types.length < nVocab) throw shortArray('token types', spec.types.length, nVocab);
    if (spec.addBos) checkAdded('BOS', spec.bos, nVocab);
    if (spec.addEos) checkAdded('EOS', spec.eos, nVocab);
    if (spec.method.kind === 'wpm') checkAdded('SEP', spec.sep, nVocab);

    this.unk = spec.unk;
    this.texts = withNames(spec.tokens);
    this.longest = longestOf(this.texts);
    this.table = new TextTable(this.texts);
    if (this.table.repeated) throw twice(this.table.repeated, this.texts);
    this.#scores = Float32Array.from(spec.scores);
    this.fileTypes = Int32Array.from(spec.types);
    this.#types = this.fileTypes.slice();
    this.#checkBytes();

    this.fim = this.#findFim(spec.fim ?? {});
    this.eog = this.#findEog(spec);
    this.byteTokens = Int32Array.from({ length: 256 }, (_, byte) => this.idOf(byteText(byte)) ?? -1);
  }

  get size(): number {
    return this.texts.length;
  }

  idOf(text: string): number | undefined {
    const bytes = utf8.encode(text);
    const id = this.table.find(bytes, 0, bytes.length);
    return id < 0 ? undefined : id;
  }

  text(token: number): string {
    const text = this.texts.at(token);
    assert(text !== undefined, () => `token ${token} of a vocabulary of ${this.size}`);
    return text;
  }

  /** View of the text as UTF-8. */
  bytes(token: number): Uint8Array {
    assert(token >= 0 && token < this.size, () => `token ${token} of a vocabulary of ${this.size}`);
    return this.texts.bytesAt(token);
  }

  score(token: number): number {
    return this.#scores[token];
  }

  /** Type of a token, one of `TOKEN_TYPE`. */
  type(token: number): number {
    return this.#types[token] ?? TOKEN_TYPE.undefined;
  }

  /** Whether the token is rendered only on request: control tokens, and the unknown token. */
  isHidden(token: number): boolean {
    const type = this.type(token);
    return type === TOKEN_TYPE.control || type === TOKEN_TYPE.unknown;
  }

  #checkBytes(): void {
    for (let id = 0; id < this.size; id++) {
      if (this.#types[id] !== TOKEN_TYPE.byte || /^<0x[0-9A-Fa-f]{2}>$/.test(this.text(id))) continue;
      const message = `token ${id} is a byte but its text is ${JSON.stringify(this.text(id))}, not <0xXX>`;
      throw new ForetokenError('invalid_gguf', message);
    }
  }

  #findFim(named: Readonly<Partial<Record<FimRole, number>>>): Partial<Record<FimRole, number>> {
    const fim: Partial<Record<FimRole, number>> = {};
    for (const role of FIM_ROLES) {
      const text = FIM_TEXTS[role].find(known => this.idOf(known) !== undefined);
      const id = named[role] ?? this.#setType(text, TOKEN_TYPE.control);
      if (id !== undefined) fim[role] = id;
    }
    return fim;
  }

  #findEog({ eos, eot, eom }: VocabularySpec): Set<number> {
    const byRole = EOG_FIM_ROLES.map(role => this.fim[role]);
    const byText = EOG_TEXTS.map(text => this.#setType(text, TOKEN_TYPE.control));
    for (const text of SHOWN_TEXTS) this.#setType(text, TOKEN_TYPE.userDefined);
    const ids = [eos, eot, eom, ...byRole, ...byText].filter(id => id !== undefined);
    const eog = new Set(ids.filter(id => id >= 0));

    const isEog = (text: string) => eog.has(this.idOf(text) ?? -1);
    for (const { text, beside, type } of NO_EOG_BESIDE) {
      if (!isEog(text) || !beside.every(isEog)) continue;
      const id = this.#setType(text, type);
      if (id !== undefined) eog.delete(id);
    }
    return eog;
  }

  /** Sets the type of the token with that text and returns its id. */
  #setType(text: string | undefined, type: number): number | undefined {
    const id = text === undefined ? undefined : this.idOf(text);
    if (id !== undefined) this.#types[id] = type;
    return id;
  }
}

/** Names tokens that have no text. */
function withNames(tokens: PackedStrings): PackedStrings {
  const { starts } = tokens;
  for (let id = 0; id < tokens.length; id++) {
    if (starts[id] === starts[id + 1])
      return PackedStrings.of(Array.from(tokens, (text, i) => text || `[EMPTY_${i}]`));
  }
  return tokens;
}

function longestOf({ starts }: PackedStrings): number {
  let longest = 0;
  for (let id = 0; id + 1 < starts.length; id++) longest = Math.max(longest, starts[id + 1] - starts[id]);
  return longest;
}

/** Text of the token that stands for one byte. */
function byteText(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}

function twice([first, second]: readonly [number, number], texts: PackedStrings): ForetokenError {
  const message = `tokens ${first} and ${second} have the same text ${JSON.stringify(texts.at(first))}`;
  return new ForetokenError('invalid_gguf', message);
}

function shortArray(what: string, length: number, nVocab: number): ForetokenError {
  return new ForetokenError('invalid_gguf', `the vocabulary has ${nVocab} tokens but ${length} ${what}`);
}

function checkAdded(name: string, id: number, nVocab: number): void {
  if (id >= 0 && id < nVocab) return;
  const message = `${name} is to be added to each prompt but its id is ${id} in a vocabulary of ${nVocab} tokens`;
  throw new ForetokenError('invalid_gguf', message);
}
