import { assertNever } from '../util/assert.ts';
import type { Encoding } from './encoding.ts';
import { ESCAPED_SPACE, unescapedBytes } from './escapedSpaces.ts';
import type { Vocabulary } from './vocabulary.ts';
import type { Method } from './vocabularySpec.ts';
import { WordCache } from './wordCache.ts';

const utf8 = new TextEncoder();

const WHITE_SPACE = /^\p{White_Space}$/u;
/** Control characters, and the replacement character for bytes that are not UTF-8. */
const DROPPED = /^[\p{Cc}\p{Cf}\p{Co}\p{Cs}\ufffd]$/u;
const ACCENT = /^\p{M}$/u;
/** Characters that are words by themselves; of the ideographs those that BERT knows, where one range begins too late. */
const OWN_WORD =
  /^(?:\p{P}|[$+<=>^`|~]|[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}])$/u;

/** Effect of a character on the words of a text. */
interface Role {
  readonly kind: 'part of a word' | 'own word' | 'end of a word' | 'nothing';
  /** Character as it appears in words. */
  readonly text: string;
}

/**
 * BERT's WordPiece (llama.cpp: src/llama-vocab.cpp, llm_tokenizer_wpm_session). White space, punctuation and ideographs separate
 * words. A word becomes its longest tokens from the left; a word that cannot be completed is one unknown token.
 */
export class WpmEncoding implements Encoding {
  readonly mayDropText = true;
  readonly #vocabulary: Vocabulary;
  readonly #method: Extract<Method, { kind: 'wpm' }>;
  readonly #roles = new Map<string, Role>();
  readonly #words = new WordCache();

  constructor(method: Extract<Method, { kind: 'wpm' }>, vocabulary: Vocabulary) {
    this.#method = method;
    this.#vocabulary = vocabulary;
  }

  encode(text: string, _afterSpecial: boolean, output: number[]): void {
    let word = '';
    const endWord = () => {
      if (word !== '') this.#words.append(word, output, this.#encodeWord);
      word = '';
    };
    for (const character of text) {
      const role = this.#roleOf(character);
      switch (role.kind) {
        case 'part of a word':
          word += role.text;
          break;
        case 'own word':
          endWord();
          word = role.text;
          endWord();
          break;
        case 'end of a word':
          endWord();
          break;
        case 'nothing':
          break;
        default:
          assertNever(role.kind);
      }
    }
    endWord();
  }

  pieceBytes(text: Uint8Array): Uint8Array {
    return unescapedBytes(text);
  }

  #roleOf(character: string): Role {
    const known = this.#roles.get(character);
    if (known) return known;
    const role = roleOf(character, this.#method);
    this.#roles.set(character, role);
    return role;
  }

  readonly #encodeWord = (word: string, output: number[]): void => {
    const { longest, table, texts, unk } = this.#vocabulary;
    const bytes = utf8.encode(ESCAPED_SPACE + word);
    const before = output.length;
    for (let at = 0; at < bytes.length; ) {
      const token = table.findLongest(bytes, at, Math.min(bytes.length, at + longest));
      if (token < 0) {
        output.length = before;
        output.push(unk);
        return;
      }
      output.push(token);
      at += texts.starts[token + 1] - texts.starts[token];
    }
  };
}

function roleOf(given: string, { lowercase, stripAccents }: Extract<Method, { kind: 'wpm' }>): Role {
  // As in llama.cpp, keeps the first character of the NFD form and of the lower case: the letter without its accents.
  const character = stripAccents ? firstOf(given.normalize('NFD')) : given;
  const text = lowercase ? firstOf(character.toLowerCase()) : character;
  if (WHITE_SPACE.test(character)) return { kind: 'end of a word', text };
  if (DROPPED.test(character) || (stripAccents && ACCENT.test(character))) return { kind: 'nothing', text };
  return { kind: OWN_WORD.test(character) ? 'own word' : 'part of a word', text };
}

function firstOf(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 0);
}
