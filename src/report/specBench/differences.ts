import { PLAIN, type SpecAnswer } from './answer.ts';

/**
 * Compares every answer with the first one to the same prompt at the same temperature without speculation, and names each that
 * differs, in the order of `answers`. An answer without one to compare counts as different.
 */
export function differencesIn(answers: readonly SpecAnswer[]): string[] {
  const plain = new Map<string, SpecAnswer>();
  for (const answer of answers) {
    const question = questionOf(answer);
    if (answer.kind === PLAIN && !plain.has(question)) plain.set(question, answer);
  }
  return answers.flatMap(answer => {
    const difference = differenceFrom(plain.get(questionOf(answer)), answer);
    return difference === null ? [] : [`${nameOf(answer)}: ${difference}`];
  });
}

function differenceFrom(plain: SpecAnswer | undefined, { tokens }: SpecAnswer): string | null {
  if (plain === undefined) return 'there is no answer without speculation';
  const length = Math.max(tokens.length, plain.tokens.length);
  for (let i = 0; i < length; i++) {
    const [own, other] = [tokens[i], plain.tokens[i]];
    if (own !== other)
      return `token ${i} is ${own ?? 'missing'}, and ${other ?? 'missing'} without speculation`;
  }
  return null;
}

function questionOf({ temperature, category, prompt }: SpecAnswer): string {
  return JSON.stringify([temperature, category, prompt]);
}

function nameOf({ kind, run, temperature, category, prompt }: SpecAnswer): string {
  return `${kind}, run ${run + 1}, temperature ${temperature}, ${category} ${prompt + 1}`;
}
