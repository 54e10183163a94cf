import { assert } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { BigramQueue } from './bigramQueue.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A piece of the text that is one symbol so far; neighbours are indices, -1 at the ends. */
interface SpmSymbol {
  readonly start: number;
  /** In UTF-16 units; 0 once the symbol has merged into its left neighbour. */
  length: number;
  previous: number;
  next: number;
}

/**
 * SentencePiece's BPE as llama.cpp has it (src/llama-vocab.cpp, llm_tokenizer_spm_session): beginning with single characters, the
 * neighbours that form the token with the highest score are merged, the leftmost ones on a tie, until no two form a
 * token. Characters that are not in the vocabulary become their UTF-8 bytes. O(n log n).
 *
 * `text` is well-formed UTF-16 with its spaces already written as `▁`; the ids are appended to `output`.
 */
export function tokenizeSpm(text: string, vocabulary: Vocabulary, output: number[]): void {
  const symbols = splitCharacters(text);
  const queue = new BigramQueue();

  const enqueue = (left: number, right: number) => {
    const a = symbols[left];
    const b = symbols[right];
    if (a === undefined || b === undefined) return;
    const length = a.length + b.length;
    const token = vocabulary.idOf(text.slice(a.start, a.start + length));
    if (token !== undefined) queue.push({ left, right, score: vocabulary.scores[token] ?? 0, length });
  };

  for (let i = 1; i < symbols.length; i++) enqueue(i - 1, i);
  for (let bigram = queue.pop(); bigram !== undefined; bigram = queue.pop()) {
    const left = symbols[bigram.left];
    const right = symbols[bigram.right];
    assert(left && right, 'a bigram is made of two symbols');
    if (left.length === 0 || right.length === 0 || left.length + right.length !== bigram.length) continue;

    left.length += right.length;
    right.length = 0;
    left.next = right.next;
    const next = symbols[right.next];
    if (next) next.previous = bigram.left;
    enqueue(left.previous, bigram.left);
    enqueue(bigram.left, left.next);
  }

  for (const { start, length } of symbols) {
    if (length > 0) pushSymbol(text.slice(start, start + length), vocabulary, output);
  }
}

function splitCharacters(text: string): SpmSymbol[] {
  const symbols: SpmSymbol[] = [];
  let start = 0;
  for (const { length } of text) {
    const i = symbols.length;
    symbols.push({ start, length, previous: i - 1, next: i + 1 });
    start += length;
  }
  return symbols;
}

/** A merged symbol is a token, so what is no token is a single character: its bytes. */
function pushSymbol(symbol: string, vocabulary: Vocabulary, output: number[]): void {
  const token = vocabulary.idOf(symbol);
  if (token !== undefined) {
    output.push(token);
    return;
  }
  for (const byte of new TextEncoder().encode(symbol)) {
    const byteToken = vocabulary.byteTokens[byte] ?? -1;
    if (byteToken < 0) {
      const message = `the vocabulary has no token for ${JSON.stringify(symbol)}, neither for its bytes nor an unknown token`;
      throw new ForetokenError('invalid_gguf', message);
    }
    output.push(byteToken);
  }
}
