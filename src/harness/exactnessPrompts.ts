import { randomValues } from '../quant/randomValues.ts';

/** A text, or tokens. */
export type Prompt = string | readonly number[];

const MAX_LENGTH = 200;
/** So many words of text are no more tokens than that. */
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
 * `count` prompts of 1 to 200 tokens, always the same ones: every other one is text, the others are random tokens, which no
 * text would put side by side.
 */
export function exactnessPrompts(count: number, nVocab: number): Prompt[] {
  return Array.from({ length: count }, (_, index) => {
    const random = randomValues(MAX_LENGTH + 2, 1000 + index).map(value => (value + 1) / 2);
    // Short ones as often as long ones.
    const share = random[MAX_LENGTH] ** 2;
    if (index % 2 === 0) return textOf(random, 1 + Math.floor(share * MAX_WORDS));
    const length = 1 + Math.floor(share * MAX_LENGTH);
    // Behind the special tokens, of which there are three.
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
