import { type FimRole, TOKEN_TYPE } from './vocabularySpec.ts';

// Files omit, or misstate, which tokens end generation or delimit fill-in-the-middle parts, so llama.cpp goes by the text
// (src/llama-vocab.cpp, llama_vocab::impl::load). A token with one of these texts is a control token whatever its type.

/** Texts of tokens that end generation. */
export const EOG_TEXTS: readonly string[] = [
  '<|eot_id|>',
  '<|im_end|>',
  '<|end|>',
  '<|return|>',
  '<|call|>',
  '<|flush|>',
  '<|calls|>',
  '<end_of_turn>',
  '<|endoftext|>',
  '</s>',
  '<|eom_id|>',
  '<EOT>',
  '_<EOT>',
  '[EOT]',
  '[EOS]',
  '<|end_of_text|>',
  '<end_of_utterance>',
  '<eos>',
  '<turn|>',
  '<|tool_response>',
  '<｜end▁of▁sentence｜>',
  '[e~[',
];

/** Texts of fill-in-the-middle tokens, for files that do not name them. */
export const FIM_TEXTS: Readonly<Record<FimRole, readonly string[]>> = {
  prefix: [
    '<|fim_prefix|>',
    '<fim-prefix>',
    '<fim_prefix>',
    '<｜fim▁begin｜>',
    '<PRE>',
    '▁<PRE>',
    '<|code_prefix|>',
    '<|prefix|>',
  ],
  suffix: [
    '<|fim_suffix|>',
    '<fim-suffix>',
    '<fim_suffix>',
    '<｜fim▁hole｜>',
    '<SUF>',
    '▁<SUF>',
    '<|code_suffix|>',
    '<|suffix|>',
  ],
  middle: [
    '<|fim_middle|>',
    '<fim-middle>',
    '<fim_middle>',
    '<｜fim▁end｜>',
    '<MID>',
    '▁<MID>',
    '<|code_middle|>',
    '<|middle|>',
  ],
  pad: ['<|fim_pad|>', '<fim-pad>', '<fim_pad>', '<PAD>', '[PAD]'],
  repo: ['<|fim_repo|>', '<|repo_name|>', '<fim-repo>', '<REPO>', '<reponame>'],
  separator: ['<|file_sep|>'],
};

/** Roles whose tokens end generation: a model that writes one has left the middle part. */
export const EOG_FIM_ROLES: readonly FimRole[] = ['pad', 'repo', 'separator'];

/** Tokens of gpt-oss that stay visible, whatever their type, because parsers of an answer look for them. */
export const SHOWN_TEXTS: readonly string[] = ['<|channel|>', '<|message|>', '<|start|>', '<|constrain|>'];

/** Token that does not end generation if the vocabulary also has all of `beside`, and its type then. */
export const NO_EOG_BESIDE: readonly {
  readonly text: string;
  readonly beside: readonly string[];
  readonly type: number;
}[] = [
  // Vocabularies of gpt-oss, whose messages end with this token, and of solar-open.
  ...[
    ['<|return|>', '<|call|>'],
    ['<|return|>', '<|calls|>'],
    ['<|call|>', '<|flush|>'],
    ['<|calls|>', '<|flush|>'],
  ].map(beside => ({ text: '<|end|>', beside, type: TOKEN_TYPE.userDefined })),
  // Vocabularies of Gemma 4, where it is HTML.
  { text: '</s>', beside: ['<|tool_response>'], type: TOKEN_TYPE.normal },
];
