import type { ModelOutline } from '../../../client/index.ts';
import { BUNDLED_ADDRESS, BUNDLED_HEAD_ADDRESS } from '../engine/choices.ts';

/** Model that the page proposes. */
export interface CuratedModel {
  readonly id: string;
  readonly name: string;
  /** Source for `createServer`: `hf:ORG/NAME:TYPE`, or an address relative to the page. */
  readonly address: string;
  /** `general.architecture` of its file; docs/models.md says which ones run. */
  readonly architecture: string;
  readonly nParams: number;
  /** Type of its weights, as its file is called. */
  readonly type: string;
  /** Size of its file, as the Hub lists it. */
  readonly sizeBytes: number;
  /** Values that a position leaves in the KV cache: keys and values of all layers. */
  readonly cacheValues: number;
  readonly licence: string;
  readonly about: string;
  /** `id` of the model that drafts for it; without one the text itself drafts, by n-grams. */
  readonly draft?: string;
  /** `id` of its MTP head in a file of its own, which can draft instead. */
  readonly head?: string;
  /** Models for which this one can draft: their headers agree with this. */
  readonly draftsFor?: Family;
}

/** Models with the same tokens, as their headers show. */
export interface Family {
  readonly architectures: readonly string[];
  /** `tokenizer.ggml.pre`; absent where the kind of vocabulary has none. */
  readonly split?: string;
  readonly nTokens: number;
}

const APACHE = 'Apache 2.0';
const GEMMA = 'Gemma terms of use';
const LLAMA = 'Llama community licence';

/** The bundled pair, which needs no download from elsewhere. */
export const BUNDLED: CuratedModel = {
  id: 'stories',
  name: 'Stories',
  address: BUNDLED_ADDRESS.target,
  architecture: 'llama',
  nParams: 4_460_000,
  type: 'Q4_0',
  sizeBytes: 2_625_568,
  cacheValues: 1024,
  licence: 'MIT',
  about: 'Comes with this page. Writes little stories for children and knows nothing else, on any computer.',
  draft: 'stories-draft',
  head: 'stories-mtp',
};

export const BUNDLED_DRAFT: CuratedModel = {
  id: 'stories-draft',
  name: 'Stories draft',
  address: BUNDLED_ADDRESS.draft,
  architecture: 'llama',
  nParams: 430_000,
  type: 'Q4_0',
  sizeBytes: 331_744,
  cacheValues: 256,
  licence: 'MIT',
  about: 'Drafts for Stories.',
};

export const BUNDLED_HEAD: CuratedModel = {
  id: 'stories-mtp',
  name: 'Stories MTP head',
  address: BUNDLED_HEAD_ADDRESS,
  architecture: 'llama',
  nParams: 530_000,
  type: 'Q8_0',
  sizeBytes: 563_776,
  cacheValues: 256,
  licence: 'MIT',
  about: 'Drafts for Stories from its hidden states.',
};

/** Models of the Hub that people use and that run here, smallest first. */
export const CURATED: readonly CuratedModel[] = [
  {
    id: 'smollm2-135m',
    name: 'SmolLM2 135M',
    address: 'hf:bartowski/SmolLM2-135M-Instruct-GGUF:Q8_0',
    architecture: 'llama',
    nParams: 135_000_000,
    type: 'Q8_0',
    sizeBytes: 144_811_392,
    cacheValues: 11_520,
    licence: APACHE,
    about: 'The smallest one that chats, in English. Quick even without a GPU, and often wrong.',
    draftsFor: { architectures: ['llama'], split: 'smollm', nTokens: 49_152 },
  },
  {
    id: 'gemma-3-270m',
    name: 'Gemma 3 270M',
    address: 'hf:ggml-org/gemma-3-270m-it-qat-GGUF:Q4_0',
    architecture: 'gemma3',
    nParams: 268_000_000,
    type: 'Q4_0',
    sizeBytes: 241_410_624,
    cacheValues: 9216,
    licence: GEMMA,
    about: 'Follows short instructions in many languages; trained for four bits.',
    draftsFor: { architectures: ['gemma3'], nTokens: 262_144 },
  },
  {
    id: 'smollm2-360m',
    name: 'SmolLM2 360M',
    address: 'hf:HuggingFaceTB/SmolLM2-360M-Instruct-GGUF:Q8_0',
    architecture: 'llama',
    nParams: 362_000_000,
    type: 'Q8_0',
    sizeBytes: 386_404_992,
    cacheValues: 20_480,
    licence: APACHE,
    about: 'Small talk, summaries and rewording in English.',
    draft: 'smollm2-135m',
  },
  {
    id: 'qwen3-0.6b',
    name: 'Qwen3 0.6B',
    address: 'hf:Qwen/Qwen3-0.6B-GGUF:Q8_0',
    architecture: 'qwen3',
    nParams: 596_000_000,
    type: 'Q8_0',
    sizeBytes: 639_446_688,
    cacheValues: 57_344,
    licence: APACHE,
    about: 'Thinks before it answers, knows many languages and calls tools; strong for its size.',
    draftsFor: { architectures: ['qwen3', 'qwen3moe'], split: 'qwen2', nTokens: 151_936 },
  },
  {
    id: 'qwen2.5-coder-0.5b',
    name: 'Qwen2.5 Coder 0.5B',
    address: 'hf:Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF:Q8_0',
    architecture: 'qwen2',
    nParams: 494_000_000,
    type: 'Q8_0',
    sizeBytes: 675_710_848,
    cacheValues: 6144,
    licence: APACHE,
    about: 'Completes short pieces of code; best as the draft of its larger relatives.',
    draftsFor: { architectures: ['qwen2'], split: 'qwen2', nTokens: 151_936 },
  },
  {
    id: 'gemma-3-1b',
    name: 'Gemma 3 1B',
    address: 'hf:ggml-org/gemma-3-1b-it-GGUF:Q4_K_M',
    architecture: 'gemma3',
    nParams: 1_000_000_000,
    type: 'Q4_K_M',
    sizeBytes: 806_058_240,
    cacheValues: 13_312,
    licence: GEMMA,
    about: 'Pleasant short answers, mostly in English.',
    draft: 'gemma-3-270m',
  },
  {
    id: 'llama-3.2-1b',
    name: 'Llama 3.2 1B',
    address: 'hf:bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M',
    architecture: 'llama',
    nParams: 1_236_000_000,
    type: 'Q4_K_M',
    sizeBytes: 807_694_464,
    cacheValues: 16_384,
    licence: LLAMA,
    about: 'Summaries, rewriting and simple chat; a good first one on a laptop.',
    draftsFor: { architectures: ['llama'], split: 'llama-bpe', nTokens: 128_256 },
  },
  {
    id: 'olmo-2-1b',
    name: 'OLMo 2 1B',
    address: 'hf:allenai/OLMo-2-0425-1B-Instruct-GGUF:Q4_K_M',
    architecture: 'olmo2',
    nParams: 1_485_000_000,
    type: 'Q4_K_M',
    sizeBytes: 935_515_296,
    cacheValues: 65_536,
    licence: APACHE,
    about: 'Open to its training data; for research on what a model learned from what.',
  },
  {
    id: 'smollm2-1.7b',
    name: 'SmolLM2 1.7B',
    address: 'hf:HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF:Q4_K_M',
    architecture: 'llama',
    nParams: 1_711_000_000,
    type: 'Q4_K_M',
    sizeBytes: 1_055_609_536,
    cacheValues: 98_304,
    licence: APACHE,
    about: 'Writes and rewrites English well for its size.',
    draft: 'smollm2-135m',
  },
  {
    id: 'qwen3-1.7b',
    name: 'Qwen3 1.7B',
    address: 'hf:unsloth/Qwen3-1.7B-GGUF:Q4_K_M',
    architecture: 'qwen3',
    nParams: 2_032_000_000,
    type: 'Q4_K_M',
    sizeBytes: 1_107_409_472,
    cacheValues: 57_344,
    licence: APACHE,
    about: 'Thinks step by step, in many languages; the best answers at about a gigabyte.',
  },
  {
    id: 'deepseek-r1-1.5b',
    name: 'DeepSeek R1 Distill 1.5B',
    address: 'hf:unsloth/DeepSeek-R1-Distill-Qwen-1.5B-GGUF:Q4_K_M',
    architecture: 'qwen2',
    nParams: 1_777_000_000,
    type: 'Q4_K_M',
    sizeBytes: 1_117_320_000,
    cacheValues: 14_336,
    licence: 'MIT',
    about: 'Reasons at length about mathematics before it answers.',
  },
  {
    id: 'qwen2.5-coder-1.5b',
    name: 'Qwen2.5 Coder 1.5B',
    address: 'hf:Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF:Q4_K_M',
    architecture: 'qwen2',
    nParams: 1_777_000_000,
    type: 'Q4_K_M',
    sizeBytes: 1_117_320_000,
    cacheValues: 14_336,
    licence: APACHE,
    about: 'Writes and explains code, and fills gaps in it.',
  },
  {
    id: 'granite-3.3-2b',
    name: 'Granite 3.3 2B',
    address: 'hf:ibm-granite/granite-3.3-2b-instruct-GGUF:Q4_K_M',
    architecture: 'granite',
    nParams: 2_534_000_000,
    type: 'Q4_K_M',
    sizeBytes: 1_545_303_328,
    cacheValues: 40_960,
    licence: APACHE,
    about: 'Sober answers about texts, with tools and a way to think.',
  },
  {
    id: 'smollm3-3b',
    name: 'SmolLM3 3B',
    address: 'hf:ggml-org/SmolLM3-3B-GGUF:Q4_K_M',
    architecture: 'smollm3',
    nParams: 3_075_000_000,
    type: 'Q4_K_M',
    sizeBytes: 1_915_305_312,
    cacheValues: 36_864,
    licence: APACHE,
    about: 'Six European languages, thinks on demand; all of its training is published.',
  },
  {
    id: 'llama-3.2-3b',
    name: 'Llama 3.2 3B',
    address: 'hf:bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M',
    architecture: 'llama',
    nParams: 3_213_000_000,
    type: 'Q4_K_M',
    sizeBytes: 2_019_377_696,
    cacheValues: 57_344,
    licence: LLAMA,
    about: 'Chat and summaries in eight languages.',
    draft: 'llama-3.2-1b',
  },
  {
    id: 'ministral-3-3b',
    name: 'Ministral 3 3B',
    address: 'hf:mistralai/Ministral-3-3B-Instruct-2512-GGUF:Q4_K_M',
    architecture: 'mistral3',
    nParams: 3_430_000_000,
    type: 'Q4_K_M',
    sizeBytes: 2_147_023_008,
    cacheValues: 53_248,
    licence: APACHE,
    about: 'Many languages and tools, and a long context.',
  },
  {
    id: 'gemma-3-4b',
    name: 'Gemma 3 4B',
    address: 'hf:ggml-org/gemma-3-4b-it-GGUF:Q4_K_M',
    architecture: 'gemma3',
    nParams: 3_880_000_000,
    type: 'Q4_K_M',
    sizeBytes: 2_489_757_856,
    cacheValues: 69_632,
    licence: GEMMA,
    about: 'Good prose in more than a hundred languages. Only text here: it does not see pictures.',
    draft: 'gemma-3-270m',
  },
  {
    id: 'phi-4-mini',
    name: 'Phi-4 mini',
    address: 'hf:unsloth/Phi-4-mini-instruct-GGUF:Q4_K_M',
    architecture: 'phi3',
    nParams: 3_836_000_000,
    type: 'Q4_K_M',
    sizeBytes: 2_491_874_272,
    cacheValues: 65_536,
    licence: 'MIT',
    about: 'Strong at mathematics and logic for its size; calls functions.',
  },
  {
    id: 'qwen3-4b-2507',
    name: 'Qwen3 4B 2507',
    address: 'hf:unsloth/Qwen3-4B-Instruct-2507-GGUF:Q4_K_M',
    architecture: 'qwen3',
    nParams: 4_022_000_000,
    type: 'Q4_K_M',
    sizeBytes: 2_497_281_120,
    cacheValues: 73_728,
    licence: APACHE,
    about: 'Answers at once, without thoughts; the one to try first on a GPU with 4 GB or more.',
    draft: 'qwen3-0.6b',
  },
  {
    id: 'mistral-7b',
    name: 'Mistral 7B v0.3',
    address: 'hf:bartowski/Mistral-7B-Instruct-v0.3-GGUF:Q4_K_M',
    architecture: 'llama',
    nParams: 7_248_000_000,
    type: 'Q4_K_M',
    sizeBytes: 4_372_812_000,
    cacheValues: 65_536,
    licence: APACHE,
    about: 'A classic that many other models were made from.',
  },
  {
    id: 'qwen2.5-coder-7b',
    name: 'Qwen2.5 Coder 7B',
    address: 'hf:bartowski/Qwen2.5-Coder-7B-Instruct-GGUF:Q4_K_M',
    architecture: 'qwen2',
    nParams: 7_616_000_000,
    type: 'Q4_K_M',
    sizeBytes: 4_683_073_536,
    cacheValues: 28_672,
    licence: APACHE,
    about: 'Serious code in dozens of programming languages; code drafts especially well.',
    draft: 'qwen2.5-coder-0.5b',
  },
  {
    id: 'llama-3.1-8b',
    name: 'Llama 3.1 8B',
    address: 'hf:bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:Q4_K_M',
    architecture: 'llama',
    nParams: 8_030_000_000,
    type: 'Q4_K_M',
    sizeBytes: 4_920_739_232,
    cacheValues: 65_536,
    licence: LLAMA,
    about: 'A reliable all-rounder with tools.',
    draft: 'llama-3.2-1b',
  },
  {
    id: 'qwen3-8b',
    name: 'Qwen3 8B',
    address: 'hf:Qwen/Qwen3-8B-GGUF:Q4_K_M',
    architecture: 'qwen3',
    nParams: 8_191_000_000,
    type: 'Q4_K_M',
    sizeBytes: 5_027_783_488,
    cacheValues: 73_728,
    licence: APACHE,
    about: 'Thinks, calls tools and speaks a hundred languages; wants a GPU with 8 GB.',
    draft: 'qwen3-0.6b',
  },
  {
    id: 'gpt-oss-20b',
    name: 'gpt-oss 20B',
    address: 'hf:ggml-org/gpt-oss-20b-GGUF:MXFP4',
    architecture: 'gpt-oss',
    nParams: 20_915_000_000,
    type: 'MXFP4',
    sizeBytes: 12_109_566_624,
    cacheValues: 24_576,
    licence: APACHE,
    about: 'A mixture of experts that thinks as long as you like; for large GPUs and Macs with 24 GB.',
  },
  {
    id: 'qwen3-30b-a3b',
    name: 'Qwen3 30B A3B',
    address: 'hf:Qwen/Qwen3-30B-A3B-GGUF:Q4_K_M',
    architecture: 'qwen3moe',
    nParams: 30_532_000_000,
    type: 'Q4_K_M',
    sizeBytes: 18_556_685_824,
    cacheValues: 49_152,
    licence: APACHE,
    about: 'Knows as much as 30 billion parameters and computes with 3; for 32 GB and more.',
    draft: 'qwen3-0.6b',
  },
];

/** Model of the list, or of the bundled pair, with an `id` or an address. */
export function findCurated(by: { readonly id: string } | { readonly address: string }): CuratedModel | null {
  const all = [BUNDLED, BUNDLED_DRAFT, BUNDLED_HEAD, ...CURATED];
  const found =
    'id' in by
      ? all.find(({ id }) => id === by.id)
      : all.find(({ address }) => address.toLowerCase() === by.address.toLowerCase());
  return found ?? null;
}

/** Draft that the list names for a model. */
export function draftOf({ draft }: CuratedModel): CuratedModel | null {
  return draft === undefined ? null : findCurated({ id: draft });
}

/** MTP head that the list names for a model. */
export function headOf({ head }: CuratedModel): CuratedModel | null {
  return head === undefined ? null : findCurated({ id: head });
}

/** Most tokens by which a draft's vocabulary may differ, as the engine compares them. */
const MAX_TOKENS_APART = 128;
/** A draft with more of the target's parameters than this costs more than it saves. */
const MOST_OF_TARGET = 1 / 3;

/** Draft of the list for a model of which only the header is known; null if none has its tokens and is much smaller. */
export function suggestDraft({
  architecture,
  vocabulary,
  nParams,
}: Pick<ModelOutline, 'architecture' | 'vocabulary' | 'nParams'>): CuratedModel | null {
  const fits = ({ draftsFor, nParams: own }: CuratedModel) =>
    draftsFor !== undefined &&
    own <= nParams * MOST_OF_TARGET &&
    draftsFor.architectures.includes(architecture) &&
    (draftsFor.split === undefined || draftsFor.split === vocabulary.split) &&
    Math.abs(draftsFor.nTokens - (vocabulary.nTokens ?? 0)) <= MAX_TOKENS_APART;
  return CURATED.find(fits) ?? null;
}
