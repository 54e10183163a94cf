import { assert } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { EOG_FIM_ROLES, EOG_TEXTS, FIM_TEXTS } from './specialTexts.ts';
import { FIM_ROLES, type FimRole, TOKEN_TYPE, type VocabularySpec } from './vocabularySpec.ts';

/** A checked vocabulary: token texts, their types after llama.cpp's corrections, and the way back from a text to its id. */
export class Vocabulary {
  readonly texts: readonly string[];
  readonly scores: Float32Array;
  /** Tokens that end generation. */
  readonly eog: ReadonlySet<number>;
  readonly fim: Readonly<Partial<Record<FimRole, number>>>;
  /** Token of each of the 256 bytes; `unk`, or -1, where the vocabulary has none. */
  readonly byteTokens: Int32Array;

  readonly #types: Int32Array;
  readonly #ids = new Map<string, number>();

  /** @throws ForetokenError `invalid_gguf` when the parts of the specification do not fit together */
  constructor(spec: VocabularySpec) {
    const nVocab = spec.tokens.length;
    if (spec.scores.length < nVocab) throw shortArray('scores', spec.scores.length, nVocab);
    if (spec.types.length < nVocab) throw shortArray('token types', spec.types.length, nVocab);
    if (spec.addBos) checkAdded('BOS', spec.bos, nVocab);
    if (spec.addEos) checkAdded('EOS', spec.eos, nVocab);

    this.texts = spec.tokens.map((text, id) => text || `[EMPTY_${id}]`);
    this.scores = Float32Array.from(spec.scores);
    this.#types = Int32Array.from(spec.types);
    for (const [id, text] of this.texts.entries()) this.#add(id, text);

    this.fim = this.#findFim(spec.fim ?? {});
    this.eog = this.#findEog(spec);
    this.byteTokens = Int32Array.from({ length: 256 }, (_, byte) => this.idOf(byteText(byte)) ?? spec.unk);
  }

  get size(): number {
    return this.texts.length;
  }

  idOf(text: string): number | undefined {
    return this.#ids.get(text);
  }

  text(token: number): string {
    const text = this.texts[token];
    assert(text !== undefined, () => `token ${token} of a vocabulary of ${this.size}`);
    return text;
  }

  /** One of `TOKEN_TYPE`. */
  type(token: number): number {
    return this.#types[token] ?? TOKEN_TYPE.undefined;
  }

  /** Whether the token is rendered only on request: control tokens, and the unknown token. */
  isHidden(token: number): boolean {
    const type = this.type(token);
    return type === TOKEN_TYPE.control || type === TOKEN_TYPE.unknown;
  }

  #add(id: number, text: string): void {
    const other = this.#ids.get(text);
    if (other !== undefined)
      throw new ForetokenError(
        'invalid_gguf',
        `tokens ${other} and ${id} have the same text ${JSON.stringify(text)}`,
      );
    if (this.type(id) === TOKEN_TYPE.byte && !/^<0x[0-9A-Fa-f]{2}>$/.test(text))
      throw new ForetokenError(
        'invalid_gguf',
        `token ${id} is a byte but its text is ${JSON.stringify(text)}, not <0xXX>`,
      );
    this.#ids.set(text, id);
  }

  #findFim(named: Readonly<Partial<Record<FimRole, number>>>): Partial<Record<FimRole, number>> {
    const fim: Partial<Record<FimRole, number>> = {};
    for (const role of FIM_ROLES) {
      const id = named[role] ?? this.#control(FIM_TEXTS[role].find(text => this.#ids.has(text)));
      if (id !== undefined) fim[role] = id;
    }
    return fim;
  }

  #findEog({ eos, eot, eom }: VocabularySpec): Set<number> {
    const byRole = EOG_FIM_ROLES.map(role => this.fim[role]);
    const byText = EOG_TEXTS.map(text => this.#control(text));
    const ids = [eos, eot, eom, ...byRole, ...byText].filter(id => id !== undefined);
    return new Set(ids.filter(id => id >= 0));
  }

  /** The id of the token with that text, which becomes a control token if it is none yet. */
  #control(text: string | undefined): number | undefined {
    const id = text === undefined ? undefined : this.#ids.get(text);
    if (id !== undefined) this.#types[id] = TOKEN_TYPE.control;
    return id;
  }
}

/** Text of the token that stands for one byte. */
function byteText(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}

function shortArray(what: string, length: number, nVocab: number): ForetokenError {
  return new ForetokenError('invalid_gguf', `the vocabulary has ${nVocab} tokens but ${length} ${what}`);
}

function checkAdded(name: string, id: number, nVocab: number): void {
  if (id >= 0 && id < nVocab) return;
  const message = `${name} is to be added to each prompt but its id is ${id} in a vocabulary of ${nVocab} tokens`;
  throw new ForetokenError('invalid_gguf', message);
}
