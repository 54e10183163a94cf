import { randomValues } from '../quant/randomValues.ts';

/** Text or tokens. */
export type Prompt = string | readonly number[];

const MAX_LENGTH = 200;
/** Most words of a text, so that it has at most `MAX_LENGTH` tokens. */
const MAX_WORDS = 90;
const SENTENCES = [
  'Once upon a time there was a little girl named Lily.',
  'She loved to play outside in the park with her friends.',
  'One day, she saw a big red ball near the old tree.',
  '"Can I play with you?" asked the small brown dog.',
  'The wise owl said that the forest was dark at night.',
  'They laughed, and ran, and ran, and ran until the sun went down.',
  'Her mom was very happy and gave her a warm hug!',
  'Tom had 3 toy cars; he gave 2 of them to his sister.',
].map(sentence => sentence.split(' '));

/**
 * Generates `count` prompts of 1 to 200 tokens, the same at every call. Every other one is text; the others are random tokens, in
 * sequences that no text has.
 */
export function exactnessPrompts(count: number, nVocab: number): Prompt[] {
  return Array.from({ length: count }, (_, index) => {
    const random = randomValues(MAX_LENGTH + 2, 1000 + index).map(value => (value + 1) / 2);
    // Half of the prompts use less than a quarter of the length.
    const share = random[MAX_LENGTH] ** 2;
    if (index % 2 === 0) return textOf(random, 1 + Math.floor(share * MAX_WORDS));
    const length = 1 + Math.floor(share * MAX_LENGTH);
    // Skip the three special tokens.
    return Array.from({ length }, (_, i) => 3 + Math.floor(random[i] * (nVocab - 3)));
  });
}

function textOf(random: Float32Array, nWords: number): string {
  const words: string[] = [];
  for (let i = 0; words.length < nWords; i++) {
    words.push(...SENTENCES[Math.floor(random[i] * SENTENCES.length)]);
  }
  return words.slice(0, nWords).join(' ');
}
