import { describe, expect, it } from 'vitest';
import { DEFAULT_PRE_TOKENIZER, PRE_TOKENIZERS, splitterOf } from './preTokenizers.ts';

function words(name: string, text: string): readonly string[] {
  return splitterOf(PRE_TOKENIZERS.get(name) ?? DEFAULT_PRE_TOKENIZER)(text);
}

/** One name for each way to split. */
const NAMES = [...new Map([...PRE_TOKENIZERS].map(([name, pre]) => [pre, name])).values()];

/** Names, a text, and its words with `|` between them. */
const SPLITS: readonly [names: string, text: string, words: string][] = [
  ['gpt-2 llama-bpe qwen2 starcoder', "I'm here", "I|'m| here"],
  ['falcon', "I'm here", "I|'|m| here"],
  ['gpt-2', "I'M HE'S", "I|'|M| HE|'|S"],
  ['llama-bpe qwen2 qwen35', "I'M HE'S", "I|'M| HE|'S"],
  ['llama-bpe qwen2', "it'ſ the 'K", "it|'ſ| the| '|K"],
  ['gpt-2 dbrx', 'a  b', 'a| | b'],
  // White space as defined by Unicode, not by JavaScript's `\s`.
  ['gpt-2 starcoder', 'a\u0085\uFEFF', 'a|\u0085|\uFEFF'],
  ['llama-bpe dbrx smaug-bpe glm4', '12345 678', '123|45| |678'],
  ['qwen2 qwen35 stablelm2', '123 4', '1|2|3| |4'],
  ['gpt-2', '123 4', '123| 4'],
  ['starcoder command-r smollm refact', '12 x', '1|2| x'],
  ['falcon', '12345 6', '123|45| 6'],
  ['llama-bpe', 'x\n\n  y\n', 'x|\n\n| | y|\n'],
  ['gpt-2', 'x\n\n  y\n', 'x|\n\n | y|\n'],
  ['llama-bpe qwen2', 'a(b);\n\nc', 'a|(b|);\n\n|c'],
  ['qwen2', 'हिन्दी', 'ह|िन|्द|ी'],
  ['qwen35', 'हिन्दी', 'हिन्दी'],
  ['tekken', "helloWorld HTTPServer don't 12", "hello|World| HTTPServer| don|'t| |1|2"],
  ['gpt-4o llama4', "helloWorld HTTPServer don't 1234", "hello|World| HTTPServer| don't| |123|4"],
  // llama.cpp distinguishes the case of ASCII letters only.
  ['tekken gpt-4o', 'ÉCOLE ДокументПродажи', 'É|COLE| ДокументПродажи'],
  ['gpt-4o', 'a//b/\n', 'a|//|b|/\n'],
  ['deepseek-v3', '1234中文かな a.b', '123|4|中文かな| a|.b'],
  ['deepseek-llm', 'ab 12\n中文', 'ab| |12|\n|中文'],
  ['deepseek-coder', 'ab 12\n中文', 'ab| |1|2|\n|中文'],
  ['tiny_aya', '1234567 1234x', '1|234|567| |123|4|x'],
  ['superbpe', '1234567', '1|234|567'],
  ['kimi-k2', "中文abc it's", "中文|abc| it's"],
  ['afmoe', '12345', '12|345'],
  ['laguna', 'a\n\nb', 'a|\n\n|b'],
  ['bloom', 'a b, c', 'a| b|,| c'],
  ['chameleon', 'IMGIMGAZx', 'IMGIMGAZ|x'],
  ['exaone-moe', 'a b c1', 'a b c|1'],
];

describe('pre-tokenizers', () => {
  it.each(
    SPLITS.flatMap(([names, text, expected]) =>
      names.split(' ').map(name => [name, text, expected] as const),
    ),
  )('%s splits %j into %j', (name, text, expected) => {
    expect(words(name, text).join('|')).toBe(expected);
  });

  const texts = [
    "The quick brown fox doesn't jump over 1234567 dogs!  \n\n\tOK?",
    'naïve Ünï, 日本語の文章。 中国 한국어 ไทย हिन्दी עברית العربية',
    '🙂👍🏽👨‍👩‍👧 \u0000\u0085\u2028\u00a0\uFEFF\u{10ffff}',
    '     ',
    '\r\n\r\n',
    '~~ ``code`` $x^2$ <a|b>',
  ];
  it.each(NAMES)('%s loses no character', name => {
    for (const text of texts) {
      expect(words(name, text).join('')).toBe(text);
      expect(words(name, text)).not.toContain('');
    }
  });

  const long: [string, string][] = [
    ['one letter', 'a'.repeat(50_000)],
    ['one capital letter', 'A'.repeat(50_000)],
    ['spaces', ' '.repeat(50_000)],
    ['spaces before an ideograph', `${' '.repeat(50_000)}中`],
    ['newlines', '\n'.repeat(50_000)],
    ['digits', '7'.repeat(50_000)],
    ['digits before a letter', `${'7'.repeat(50_000)}x`],
    ['emoji', '🙂'.repeat(25_000)],
    ['punctuation', '!'.repeat(50_000)],
  ];
  it.each(NAMES)('%s takes time that grows no faster than 50 KB of one character', name => {
    for (const [what, text] of long) {
      const started = performance.now();
      expect(words(name, text).join('').length).toBe(text.length);
      expect(performance.now() - started, what).toBeLessThan(2000);
    }
  });
});
