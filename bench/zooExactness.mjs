import { draftOf, filesInPage } from './zoo.mjs';

/** Models of the zoo that together have the features that the bundled pair lacks, with the reason for each. */
export const EXACTNESS_ZOO = new Map([
  ['gemma3', 'sliding windows'],
  ['gemma4', 'KV caches that layers share, per-layer embeddings'],
  ['gemma4-moe', 'experts beside a dense feed-forward'],
  ['gemma3n', 'AltUp, Laurel, sparse gates'],
  ['qwen3moe', 'mixture of experts'],
  ['deepseek2', 'MLA: a latent cache, and groups of experts'],
  ['gpt-oss', 'sinks, windows, experts with biases'],
  ['quant-q4_k_m', 'mixed K-quants'],
  ['quant-mix', 'another type for every tensor'],
  ['lfm2', 'short convolutions'],
  ['qwen35', 'gated delta nets, and a gate behind attention'],
  ['granitehybrid', 'Mamba-2 and attention'],
  ['mamba2', 'Mamba-2 alone'],
  ['spec-target', 'BPE, and a draft that is another model'],
]);

/** Models whose weights `mtpPair` can change: those in F16. */
export const MTP_ZOO = new Map([
  ['llama3', 'grouped queries'],
  ['gemma3', 'sliding windows, norms after the sums'],
  ['glm4moe', 'experts, and a model that people use with its head'],
  ['deepseek2', 'MLA: a latent cache'],
  ['qwen35', 'gated delta nets, and a gate behind attention'],
]);

/**
 * Lets servers with these settings answer the same questions, and compares them. The prompts are the first and the last golden,
 * the latter longer than any window. A model without a draft model drafts for itself.
 *
 * @param {import('playwright').Page} page the harness
 * @param {import('./zoo.mjs').ZooGolden} golden one of `all`
 * @param {readonly import('./zoo.mjs').ZooGolden[]} all
 * @param {object} options
 * @param {readonly import('../src/harness/exactness.ts').ExactnessSetting[]} options.settings
 * @param {number} options.nPredict tokens of an answer
 * @param {boolean} [options.mtp] whether an MTP head drafts, which is made for a variant of the model
 * @returns {Promise<import('../src/harness/exactnessVerdict.ts').ExactnessVerdict>}
 */
export async function proveInPage(page, golden, all, { settings, nPredict, mtp = false }) {
  const draft = draftOf(golden, all) ?? golden.model;
  const texts = [golden.greedy.at(0), golden.greedy.at(-1)].map(({ prompt }) => prompt);
  const input = await filesInPage(page, [...new Set([golden.model, draft])]);
  return page.evaluate(
    async ([input, model, draft, texts, settings, nPredict, mtp]) => {
      const fileOf = name => [...input.files].find(file => file.name === name);
      const pair = mtp
        ? await window.harness.mtpPair(fileOf(model))
        : { model: fileOf(model), modelDraft: fileOf(draft) };
      const { temperatures } = window.harness.exactnessSettings();
      const questions = texts.flatMap((_, prompt) =>
        temperatures.map(temperature => ({ prompt, temperature })),
      );
      const records = [];
      for (const setting of settings) {
        const options = {
          ...pair,
          setting,
          nPredict,
          texts,
          questions,
        };
        const answers = await window.harness.runExactness(options);
        records.push(...answers.map(answer => ({ ...answer, setting })));
      }
      return window.harness.judgeExactness(records);
    },
    [input, golden.model, draft, texts, settings, nPredict, mtp],
  );
}
