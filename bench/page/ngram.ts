import { createServer } from '../../src/client/index.ts';
import type { ServerOptions } from '../../src/protocol/options.ts';
import { type Asked, answerOf, type DraftedAnswer, type LookupSpeedup } from './draftedAnswer.ts';
import { alternate, pairedRatio, summary } from './statistics.ts';

const LIST = ['- The owl was wise.', '- The fox was kind.', '- The dog was brave.'];
const CODE = ['if (owl.wise) {', '  ask(owl);', '}'];

/**
 * Requests whose answers repeat themselves. The bundled model continues the first one forever; it can write neither lists nor
 * code, so a grammar makes it repeat them.
 */
const REQUESTS: Readonly<Record<string, Asked>> = {
  hello: { prompt: 'Hello '.repeat(16).trimEnd() },
  list: repeating(LIST),
  code: repeating(CODE),
};
const N_PREDICT = 64;

/**
 * Kinds of speculation with shorter lengths than llama.cpp's defaults: `ngram-simple` finds nothing in a text that repeats itself
 * in periods shorter than its n-gram, and drafts of 48 tokens are too long for such short texts.
 */
const KINDS: Readonly<Record<string, Partial<ServerOptions>>> = {
  none: {},
  'ngram-simple': { specType: ['ngram-simple'], ngramSimpleSizeN: 3, ngramSimpleSizeM: 15 },
  'ngram-mod': { specType: ['ngram-mod'], ngramModNMatch: 4, ngramModNMin: 2, ngramModNMax: 15 },
};

/** Compares greedy decoding with n-gram drafts to decoding without, alternating. */
export async function measureNgram(model: string, repetitions: number): Promise<LookupSpeedup[]> {
  const results: LookupSpeedup[] = [];
  for (const [text, asked] of Object.entries(REQUESTS)) {
    const last = new Map<string, DraftedAnswer>();
    const samples = await alternate(Object.keys(KINDS), repetitions, async kind => {
      const answer = await complete({ model, nCtx: 512, ...KINDS[kind] }, asked);
      last.set(kind, answer);
      return answer.tokensPerSecond;
    });
    for (const [kind, { drafted, accepted, tokens }] of last) {
      results.push({
        text,
        kind,
        tokensPerSecond: summary(samples[kind]),
        speedup: pairedRatio(samples[kind], samples.none),
        drafted,
        accepted,
        sameTokens: tokens === last.get('none')?.tokens,
      });
    }
  }
  return results;
}

/** Answers once on a separate server: a server that had answered before would look up its own answer. */
async function complete(options: ServerOptions, asked: Asked): Promise<DraftedAnswer> {
  const server = await createServer({ ...options, temperature: 0, cachePrompt: false });
  try {
    await server.completion({ prompt: 'Once', n_predict: 4 });
    return await answerOf(server, asked, N_PREDICT);
  } finally {
    await server.close();
  }
}

/** Prompt with the lines twice, and a grammar that allows only the same lines again. */
function repeating(lines: readonly string[]): Asked {
  const literals = lines.map(line => `"${line}\\n"`);
  return {
    prompt: lines
      .map(line => `${line}\n`)
      .join('')
      .repeat(2),
    grammar: `root ::= (${literals.join(' ')})+`,
  };
}
