import { createServer } from '../../src/client/index.ts';
import type { ServerOptions } from '../../src/protocol/options.ts';
import { type Asked, answerOf, type DraftedAnswer, type LookupSpeedup } from './draftedAnswer.ts';
import { pairedRatio, summary } from './statistics.ts';

const STORY = [
  'Once upon a time, there was a little owl named Ruby. Ruby lived in a tall tree near the village.',
  'Every day, Ruby liked to fly over the river and look for her friend Tom, the fox.',
  'One day, Tom was sad because he had lost his red ball. Ruby said, "I will help you find it."',
];
const CODE = [
  'function count(list) {\n  let n = 0;\n  for (const item of list) n += 1;\n  return n;\n}',
  'function total(list) {\n  let sum = 0;\n  for (const item of list) sum += item;\n  return sum;\n}',
];
const N_PREDICT = 96;

/**
 * Requests in the order in which a server gets them. The bundled model can write stories alone, so a grammar makes it repeat a text
 * with changes; greedy answers without a grammar show what look-ups cost where there is little to find, and what an answer gains
 * that the server gave before.
 */
const REQUESTS: Readonly<Record<string, Asked>> = {
  chat: { prompt: 'Lily had a small boat. One morning' },
  edit: edited(STORY.join('\n'), [
    ['Ruby', 'Mia'],
    ['red', 'blue'],
    ['river', 'lake'],
  ]),
  code: edited(CODE.join('\n\n'), [
    ['item', 'entry'],
    ['sum', 'all'],
  ]),
  'another chat': { prompt: 'Ben and his mom went to the zoo. They saw' },
  'the same chat': { prompt: 'Lily had a small boat. One morning' },
};

const KINDS: Readonly<Record<string, Partial<ServerOptions>>> = {
  none: {},
  'ngram-simple': { specType: ['ngram-simple'] },
  'ngram-mod': { specType: ['ngram-mod'] },
  'ngram-mod, short': {
    specType: ['ngram-mod'],
    ...{ ngramModNMatch: 4, ngramModNMin: 2, ngramModNMax: 15 },
  },
  'ngram-map-k4v': { specType: ['ngram-map-k4v'] },
  'ngram-suffix': { specType: ['ngram-suffix'] },
};

/** Compares greedy answers with look-ups of some kinds to answers without, alternating; every sample has a new server. */
export async function measureLookups(
  model: Blob | string,
  repetitions: number,
  kinds: readonly string[] = Object.keys(KINDS),
): Promise<LookupSpeedup[]> {
  const runs = new Map<string, DraftedAnswer[][]>(kinds.map(kind => [kind, []]));
  for (let round = 0; round <= repetitions; round++) {
    for (const kind of kinds) {
      const answers = await answersOf({ model, nCtx: 512, ...KINDS[kind] });
      // The first round warms up.
      if (round > 0) runs.get(kind)?.push(answers);
    }
  }
  return Object.keys(REQUESTS).flatMap((text, i) => {
    const of = (kind: string) => (runs.get(kind) ?? []).map(answers => answers[i]);
    const speeds = (kind: string) => of(kind).map(({ tokensPerSecond }) => tokensPerSecond);
    return kinds.map(kind => {
      const last = of(kind).at(-1);
      return {
        ...{ text, kind },
        tokensPerSecond: summary(speeds(kind)),
        speedup: pairedRatio(speeds(kind), speeds('none')),
        drafted: last?.drafted ?? 0,
        accepted: last?.accepted ?? 0,
        sameTokens: of(kind).every(({ tokens }) => tokens === of('none')[0]?.tokens),
      };
    });
  });
}

async function answersOf(options: ServerOptions): Promise<DraftedAnswer[]> {
  const server = await createServer({ ...options, temperature: 0, cachePrompt: false });
  try {
    const answers: DraftedAnswer[] = [];
    for (const asked of Object.values(REQUESTS)) answers.push(await answerOf(server, asked, N_PREDICT));
    return answers;
  } finally {
    await server.close();
  }
}

/** Prompt with `text`, and a grammar that allows only the text with replaced words, over and over. */
function edited(text: string, changes: readonly (readonly [string, string])[]) {
  const changed = changes.reduce((result, [from, to]) => result.replaceAll(from, to), text);
  return { prompt: `${text}\n\n`, grammar: `root ::= (${JSON.stringify(`${changed}\n\n`)})+` };
}
