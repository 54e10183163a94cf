import { createServer } from '../../src/client/index.ts';
import type { CompletionRequest } from '../../src/protocol/completion.ts';
import type { ServerOptions } from '../../src/protocol/options.ts';
import { assert } from '../../src/util/assert.ts';
import { alternate, pairedRatio, type Summary, summary } from './statistics.ts';

const LIST = ['- The owl was wise.', '- The fox was kind.', '- The dog was brave.'];
const CODE = ['if (owl.wise) {', '  ask(owl);', '}'];

/**
 * Requests whose answers repeat themselves. The bundled model continues the first one forever; it can write neither lists nor
 * code, so a grammar makes it repeat them.
 */
const REQUESTS: Readonly<Record<string, Pick<CompletionRequest, 'prompt' | 'grammar'>>> = {
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

export interface NgramSpeedup {
  readonly text: string;
  readonly kind: string;
  readonly tokensPerSecond: Summary;
  /** Speed relative to decoding without drafts in the same round. */
  readonly speedup: number;
  readonly drafted: number;
  readonly accepted: number;
  readonly sameTokens: boolean;
}

/** Compares greedy decoding with n-gram drafts to decoding without, alternating. */
export async function measureNgram(model: string, repetitions: number): Promise<NgramSpeedup[]> {
  const results: NgramSpeedup[] = [];
  for (const [text, asked] of Object.entries(REQUESTS)) {
    const last = new Map<string, Answer>();
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

interface Answer {
  readonly tokensPerSecond: number;
  readonly drafted: number;
  readonly accepted: number;
  readonly tokens: string;
}

/** Answers once on a separate server: a server that had answered before would look up its own answer. */
async function complete(
  options: ServerOptions,
  asked: Pick<CompletionRequest, 'prompt' | 'grammar'>,
): Promise<Answer> {
  const server = await createServer({ ...options, temperature: 0, cachePrompt: false });
  try {
    await server.completion({ prompt: 'Once', n_predict: 4 });
    const request = { ...asked, n_predict: N_PREDICT, ignore_eos: true, return_tokens: true };
    const { tokens, timings } = await server.completion(request);
    assert(tokens.length === N_PREDICT, () => `${tokens.length} tokens, not ${N_PREDICT}`);
    return {
      tokensPerSecond: timings.predicted_per_second,
      drafted: timings.draft_n ?? 0,
      accepted: timings.draft_n_accepted ?? 0,
      tokens: tokens.join(),
    };
  } finally {
    await server.close();
  }
}

/** Prompt with the lines twice, and a grammar that allows only the same lines again. */
function repeating(lines: readonly string[]): Pick<CompletionRequest, 'prompt' | 'grammar'> {
  const literals = lines.map(line => `"${line}\\n"`);
  return {
    prompt: lines
      .map(line => `${line}\n`)
      .join('')
      .repeat(2),
    grammar: `root ::= (${literals.join(' ')})+`,
  };
}
