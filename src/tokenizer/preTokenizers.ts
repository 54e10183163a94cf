// Regular expressions by which byte-level BPE splits text into words before merging, by their names under `tokenizer.ggml.pre`.
// They are the models' own expressions, as llama.cpp v0.5.0 applies them (src/llama-vocab.cpp, src/unicode.cpp). In JavaScript,
// `\s` differs from Rust's (it has U+FEFF and lacks U+0085), and `i` makes the Kelvin sign a k.

const SPACE = String.raw`\p{White_Space}`;
/** White space, without its last character if something follows. */
const TAIL = `${SPACE}+(?!\\P{White_Space})|${SPACE}+`;
const NEWLINES = `${SPACE}*[\\r\\n]+`;
const SUFFIXES = "'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])";
/** Optional single character before a word. */
const BEFORE = String.raw`[^\r\n\p{L}\p{N}]?`;
const OTHERS = ` ?[^${SPACE}\\p{L}\\p{N}]+`;

const GPT2 = `'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+|${OTHERS}|${TAIL}`;
const DIGIT = String.raw`\p{N}`;
const THREE_DIGITS = String.raw`\p{N}{1,3}`;

/** Pattern of Llama 3, with other groups of digits. */
function llama3(digits: string, suffixes = `${SUFFIXES}|`, tail = TAIL): string {
  return `${suffixes}${BEFORE}\\p{L}+|${digits}|${OTHERS}[\\r\\n]*|${NEWLINES}|${tail}`;
}

/**
 * Words that end where a small letter is followed by a capital one. As in llama.cpp, case counts in ASCII only: other letters are
 * both, and marks are neither unless `letter` has them.
 */
function camelCase(suffix: string, digits: string, letter = String.raw`\p{L}`): string {
  const upper = `(?:(?![a-z])${letter})`;
  const lower = `(?:(?![A-Z])${letter})`;
  const words = `${BEFORE}${upper}*${lower}+${suffix}|${BEFORE}${upper}+${lower}*${suffix}`;
  return `${words}|${digits}|${OTHERS}[\\r\\n/]*|${NEWLINES}|${TAIL}`;
}

/** As in llama.cpp, all kinds of letters are one, and marks count as letters. */
const ANY_CASE = `${BEFORE}[\\p{L}\\p{M}]+(?:${SUFFIXES})?|${THREE_DIGITS}|${OTHERS}[\\r\\n/]*|${NEWLINES}|${TAIL}`;

const ASCII_PUNCTUATION = '[!-\\/:-@\\[-`\\{-~]';
function deepseek3(newlines: string): string {
  return `${ASCII_PUNCTUATION}[A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+${newlines}|${TAIL}`;
}
const DEEPSEEK3 = deepseek3(`[\\r\\n]*|${NEWLINES}`);
const CJK = String.raw`[\u4e00-\u9fa5\u3040-\u30ff]+`;

/** The wide range contains spaces, which llama.cpp has replaced by then. */
const DEEPSEEK_CJK = String.raw`(?:(?!\p{White_Space})[\u0800-\u9fa5\uac00-\ud7ff])+`;
const DEEPSEEK_LETTERS =
  'A-Za-z\\xb5\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u01ba\\u01bc-\\u01bf\\u01c4-\\u0293\\u0295-\\u02af\\u0370-\\u0373\\u0376\\u0377\\u037b-\\u037d\\u037f\\u0386' +
  '\\u0388-\\u038a\\u038c\\u038e-\\u03a1\\u03a3-\\u03f5\\u03f7-\\u0481\\u048a-\\u052f\\u0531-\\u0556\\u10a0-\\u10c5\\u13a0-\\u13f5\\u13f8-\\u13fd' +
  '\\u1c90-\\u1cba\\u1cbd-\\u1cbf\\u1d00-\\u1d2b\\u1d6b-\\u1d77\\u1d79-\\u1d9a\\u1e00-\\u1f15\\u1f18-\\u1f1d\\u1f20-\\u1f45\\u1f48-\\u1f4d' +
  '\\u1f50-\\u1f57\\u1f59\\u1f5b\\u1f5d\\u1f5f-\\u1f7d\\u1f80-\\u1fb4\\u1fb6-\\u1fbc\\u1fbe\\u1fc2-\\u1fc4\\u1fc6-\\u1fcc\\u1fd0-\\u1fd3' +
  '\\u1fd6-\\u1fdb\\u1fe0-\\u1fec\\u1ff2-\\u1ff4\\u1ff6-\\u1ffc\\u2102\\u2107\\u210a-\\u2113\\u2115\\u2119-\\u211d\\u2124\\u2126\\u2128' +
  '\\u212a-\\u212d\\u212f-\\u2134\\u2139\\u213c-\\u213f\\u2145-\\u2149\\u214e\\u2183\\u2184\\u2c00-\\u2c7b\\u2c7e-\\u2ce4\\u2ceb-\\u2cee' +
  '\\u2cf2\\u2cf3\\ua640-\\ua66d\\ua680-\\ua69b\\ua722-\\ua76f\\ua771-\\ua787\\ua78b-\\ua78e\\uab70-\\uabbf\\ufb00-\\ufb06\\ufb13-\\ufb17' +
  '\\uff21-\\uff3a\\uff41-\\uff5a\\u{10400}-\\u{1044f}\\u{104b0}-\\u{104d3}\\u{104d8}-\\u{104fb}\\u{10c80}-\\u{10cb2}\\u{10cc0}-\\u{10cf2}' +
  '\\u{118a0}-\\u{118df}\\u{1e900}-\\u{1e943}';

const FALCON_PUNCTUATION = '[\\p{P}$+<=>\\^~\\|`]+';
const BLOOM = String.raw` ?[^(\p{White_Space}|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+`;
const YOUTU_SCRIPTS =
  '[\\uac00-\\ud7a3\\u3131-\\u318e]+|[\\uff01\\u2026\\u201c\\u201d\\u2018\\u2019\\u2014\\uff1a\\uff1b\\uff0c\\u3001-\\u303f\\ufe30-\\ufe4f]+|[\\u3105-\\u312f]+|' +
  CJK;

const HAN =
  '[\\u4e00-\\u9fff\\u3400-\\u4dbf\\u{20000}-\\u{2a6df}\\u{2a700}-\\u{2ebef}\\uf900-\\ufaff\\u{2f800}-\\u{2fa1f}]';
const AFMOE_SCRIPTS =
  '[\\u4e00-\\u9fff\\u3400-\\u4dbf\\uf900-\\ufaff\\u3040-\\u30ff\\uff65-\\uff9f\\u2f00-\\u2fdf\\u0e40-\\u0eff\\u1780-\\u17ff\\u1000-\\u109f' +
  '\\uaa60-\\uaa7f\\ua9e0-\\ua9ff\\uac00-\\ud7af\\u1100-\\u11ff]+';

/** Step in splitting a text into words. */
export type SplitStep =
  /** Matches are words, and so are the texts between them. */
  | { readonly split: string }
  /** Like `split`, for an expression that leaves nothing between its matches. */
  | { readonly cover: string }
  /** Cuts the matches into groups of three from the right; the first may be shorter. */
  | { readonly thousands: string };

/** Splitting of text in a byte-level BPE vocabulary before merges, and llama.cpp's assumptions about such vocabularies. */
export interface PreTokenizer {
  /** Steps, each applied to the results of the one before. */
  readonly steps: readonly SplitStep[];
  /** Whether a word that is a token becomes that token, whatever its merges lead to. */
  readonly ignoreMerges: boolean;
  readonly addBos: boolean;
  /** Whether there is a BOS token although the file names none. */
  readonly hasBos: boolean;
  readonly cleanSpaces: boolean;
  /** Whether the vocabulary has words instead of merges. */
  readonly withoutMerges: boolean;
}

const cover = (pattern: string): SplitStep => ({ cover: pattern });
const split = (pattern: string): SplitStep => ({ split: pattern });

const PLAIN = {
  ignoreMerges: false,
  addBos: false,
  hasBos: true,
  cleanSpaces: false,
  withoutMerges: false,
} as const;
const CLEAN = { ...PLAIN, cleanSpaces: true } as const;
const WHOLE = { ...PLAIN, ignoreMerges: true } as const;

const gpt2 = [cover(GPT2)];
const digitsThenGpt2 = [split(DIGIT), cover(GPT2)];
const llama3Steps = [cover(llama3(THREE_DIGITS))];
const qwen2Steps = [cover(llama3(DIGIT))];
const thousandsAtEnds: SplitStep = { thousands: `(?<![0-9])[0-9]+(?![0-9A-Za-z_])` };

/** llama.cpp's behaviour for a file that names no pre-tokenizer. */
export const DEFAULT_PRE_TOKENIZER: PreTokenizer = {
  ...CLEAN,
  steps: [
    split(String.raw`[\p{P}$+<=>\^~\|]+`),
    cover(GPT2),
    split(String.raw`\p{N}+`),
    split('[0-9][0-9][0-9]'),
  ],
};

/** Names in groups that split alike. */
const GROUPS: readonly (readonly [names: string, PreTokenizer])[] = [
  ['default', DEFAULT_PRE_TOKENIZER],
  [
    'llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano',
    { ...CLEAN, steps: llama3Steps, ignoreMerges: true, addBos: true },
  ],
  ['dbrx smaug-bpe', { ...CLEAN, steps: llama3Steps }],
  ['glm4 chatglm-bpe', { ...CLEAN, steps: llama3Steps, hasBos: false }],
  ['stablelm2 megrez', { ...CLEAN, steps: qwen2Steps }],
  ['qwen2 deepseek-r1-qwen kormo f2llmv2 hunyuan solar-open grok-2', { ...PLAIN, steps: qwen2Steps }],
  [
    'qwen35',
    {
      ...PLAIN,
      steps: [
        cover(
          `${SUFFIXES}|${BEFORE}[\\p{L}\\p{M}]+|${DIGIT}| ?[^${SPACE}\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${NEWLINES}|${TAIL}`,
        ),
      ],
    },
  ],
  [
    'gpt-2 phi-2 mpt olmo jais exaone4 a.x-4.0 mellum gigachat modern-bert jina-es jina-de jina-v2-es jina-v2-de jina-v1-en jina-v2-code roberta-bpe',
    { ...CLEAN, steps: gpt2 },
  ],
  ['trillion granite-docling', { ...PLAIN, steps: gpt2 }],
  ['starcoder refact codeshell exaone minerva-7b mellum2', { ...CLEAN, steps: digitsThenGpt2 }],
  ['command-r smollm', { ...PLAIN, steps: digitsThenGpt2 }],
  ['falcon', { ...CLEAN, steps: [split(FALCON_PUNCTUATION), cover(GPT2), split('[0-9][0-9][0-9]')] }],
  ['tekken', { ...WHOLE, steps: [cover(camelCase('', DIGIT))], addBos: true }],
  [
    'gpt-4o llama4 kanana2 talkie minimax-m2',
    { ...PLAIN, steps: [cover(camelCase(`(?:${SUFFIXES})?`, THREE_DIGITS))] },
  ],
  [
    'granite-embed-multi-97m',
    { ...WHOLE, steps: [cover(camelCase(`(?:${SUFFIXES})?`, THREE_DIGITS, String.raw`[\p{L}\p{M}]`))] },
  ],
  ['tiny_aya cohere2moe', { ...PLAIN, steps: [thousandsAtEnds, cover(ANY_CASE)] }],
  [
    'deepseek-v3 hunyuan-dense joyai-llm hy_v4',
    { ...PLAIN, steps: [split(THREE_DIGITS), split(CJK), split(DEEPSEEK3)] },
  ],
  [
    'spark2_5',
    { ...PLAIN, steps: [split(THREE_DIGITS), split(CJK), split(deepseek3('|[\\r\\n]')), split(DIGIT)] },
  ],
  [
    'deepseek-coder',
    {
      ...PLAIN,
      steps: [
        split('[\\r\\n]'),
        split(`${SPACE}?\\p{L}+`),
        split(`${SPACE}?\\p{P}+`),
        split(DEEPSEEK_CJK),
        split(DIGIT),
      ],
    },
  ],
  [
    'deepseek-llm',
    {
      ...PLAIN,
      steps: [
        split('[\\r\\n]'),
        split(`${SPACE}?[${DEEPSEEK_LETTERS}]+`),
        split(`${SPACE}?[!-\\/:-~\\uff01-\\uff0f\\uff1a-\\uff5e\\u2018-\\u201f\\u3001\\u3002]+`),
        // Match only at the start of a run of spaces: matching from each space would take quadratic time.
        split(`(?<!${SPACE})${SPACE}+$`),
        split(DEEPSEEK_CJK),
        split(String.raw`\p{N}+`),
      ],
    },
  ],
  ['seed-coder', { ...PLAIN, steps: [cover(llama3(DIGIT).replace(`${OTHERS}[\\r\\n]*`, OTHERS))] }],
  [
    'bailingmoe bailingmoe2 llada-moe',
    { ...PLAIN, steps: [cover(llama3(DIGIT).replace(NEWLINES, `${SPACE}*[\\r\\n]`))] },
  ],
  ['ufakzeka', { ...PLAIN, steps: [cover(llama3(DIGIT, ''))] }],
  ['laguna', { ...PLAIN, steps: [cover('[^\\n]+|\\n+'), cover(llama3(DIGIT))] }],
  ['minicpm5', { ...CLEAN, steps: [split(THREE_DIGITS), cover(llama3(`${DIGIT}+`))], ignoreMerges: true }],
  [
    'exaone-moe',
    {
      ...CLEAN,
      steps: [
        cover(
          `${SUFFIXES}|${BEFORE}(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+|${DIGIT}|${OTHERS}[\\r\\n/]?|${SPACE}*[\\r\\n]|${TAIL}`,
        ),
      ],
    },
  ],
  [
    'jais-2',
    {
      ...CLEAN,
      steps: [
        cover(
          llama3(
            THREE_DIGITS,
            undefined,
            [512, 256, 128, 64, 32, 16, 8, 4, '1,2']
              .map(n => `${SPACE}{${n}}(?!\\P{White_Space})|`)
              .join('') + SPACE,
          ),
        ),
      ],
    },
  ],
  ['youtu', { ...WHOLE, steps: [split(YOUTU_SCRIPTS), cover(ANY_CASE.replace(THREE_DIGITS, DIGIT))] }],
  [
    'kimi-k2',
    {
      ...PLAIN,
      withoutMerges: true,
      steps: [
        cover(
          `${HAN}+|[^\\r\\n\\p{L}\\p{N}]?(?:(?!${HAN})\\p{L})+(?:${SUFFIXES})?|${THREE_DIGITS}|${OTHERS}[\\r\\n]*|${NEWLINES}|${TAIL}`,
        ),
      ],
    },
  ],
  [
    'afmoe',
    {
      ...PLAIN,
      steps: [{ thousands: String.raw`\p{N}+` }, split(AFMOE_SCRIPTS), split(DEEPSEEK3)],
    },
  ],
  ['superbpe', { ...PLAIN, steps: [split(String.raw`\p{N}+`), { thousands: '(?<![0-9])[0-9]+' }] }],
  ['poro-chat', { ...PLAIN, steps: [split(BLOOM)] }],
  ['bloom gpt3-finnish', { ...CLEAN, steps: [split(BLOOM)] }],
  ['viking', { ...PLAIN, steps: [split(BLOOM), split(DIGIT)] }],
  [
    'chameleon',
    {
      ...PLAIN,
      addBos: true,
      steps: [
        split('<sentinel:[0-9]+>'),
        split('IMGIMG[A-I]{1,4}Z'),
        split('[\\t\\n]|    |  '),
        split(DIGIT),
        split('[\\p{P}!-\\/:-@\\[-`\\{-~]'),
        cover(GPT2),
      ],
    },
  ],
];

/** Pre-tokenizers by name. */
export const PRE_TOKENIZERS: ReadonlyMap<string, PreTokenizer> = new Map(
  GROUPS.flatMap(([names, pre]) => names.split(' ').map(name => [name, pre] as const)),
);

/** Splits a non-empty text into words, whose concatenation is the text. */
export function splitterOf({ steps }: PreTokenizer): (text: string) => readonly string[] {
  const splits = steps.map(splitter);
  const [first, ...others] = splits;
  if (!first) return text => [text];
  return text => others.reduce((words, next) => words.flatMap(next), first(text));
}

function splitter(step: SplitStep): (text: string) => readonly string[] {
  if ('thousands' in step) {
    const runs = covering(step.thousands);
    const isRun = new RegExp(`^(?:${step.thousands})$`, 'u');
    return text =>
      (text.match(runs) ?? [text]).flatMap(word => (isRun.test(word) ? groupsOfThree(word) : word));
  }
  const pattern = 'cover' in step ? new RegExp(step.cover, 'gu') : covering(step.split);
  return text => text.match(pattern) ?? [text];
}

/** Expression that matches `pattern`, and also the text between its matches. */
function covering(pattern: string): RegExp {
  return new RegExp(`${pattern}|(?:(?!${pattern})[^])+`, 'gu');
}

function groupsOfThree(digits: string): string[] {
  const characters = Array.from(digits);
  const groups: string[] = [];
  for (let end = characters.length; end > 0; end -= 3)
    groups.push(characters.slice(Math.max(0, end - 3), end).join(''));
  return groups.reverse();
}
