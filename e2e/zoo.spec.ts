import { goldens, judgeInPage } from '../bench/zoo.mjs';
import { expect, test } from './fixtures/test.ts';

/** One model per feature, because compiling shaders takes most of the time; `npm run zoo` tries all models. */
const CHOSEN: Readonly<Record<string, string>> = {
  'quant-mix': 'norms of q and k, and another type for every tensor',
  gemma3: 'sliding windows, norms after the sums, a gate with GELU',
  'gpt-oss': 'sinks, and experts with biases',
  deepseek2: 'a latent cache, groups of experts, YaRN',
  'qwen3-embedding': 'hidden states in place of tokens',
};

const all = goldens();

for (const [name, what] of Object.entries(CHOSEN)) {
  test(`a model with ${what} answers like llama.cpp (${name})`, async ({ harness }) => {
    const golden = all.find(({ model }) => model === `${name}.gguf`);
    test.skip(golden === undefined, 'set FORETOKEN_ZOO to the folder of the zoo to run this');
    if (golden === undefined) return;
    const { outcome, faults } = await judgeInPage(harness.page, golden, all);
    expect({ outcome, faults }).toEqual({ outcome: 'holds', faults: [] });
  });
}
