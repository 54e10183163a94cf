import { option } from './option.ts';
import { anyText, boolean, integer, record, text, word } from './valueTypes.ts';

/** Destinations of a model's reasoning: 'none' leaves it in the content, all others put it into `reasoning_content`. */
export const REASONING_FORMATS = ['none', 'auto', 'deepseek', 'deepseek-legacy'] as const;
export type ReasoningFormat = (typeof REASONING_FORMATS)[number];

/** Options for turning conversations into prompts, and texts into messages. */
export const CHAT_OPTIONS = {
  /** Whether chat templates are Jinja. If not, the text of the template selects one of the three formats. Default true. */
  jinja: option(boolean, {
    default: true,
    flag: '--jinja',
    off: '--no-jinja',
    env: 'LLAMA_ARG_JINJA',
    help: 'chat templates are Jinja (the default); without, one of chatml, llama3 and command-r',
  }),
  /**
   * Format of conversations: 'chatml', 'llama3', 'command-r', or a Jinja template. Default: the model's own, or chatml if it has
   * none.
   */
  chatTemplate: option(text, {
    flag: '--chat-template',
    env: 'LLAMA_ARG_CHAT_TEMPLATE',
    value: 'TEMPLATE',
    help: "chatml, llama3, command-r, or a Jinja template (default: the model's own)",
    also: [
      {
        flag: '--chat-template-file',
        env: 'LLAMA_ARG_CHAT_TEMPLATE_FILE',
        value: 'FILE',
        help: 'the chat template, from a file',
        from: 'file',
      },
    ],
  }),
  /** Variables of chat templates, unless a request overrides them. */
  chatTemplateKwargs: option(record, {
    flag: '--chat-template-kwargs',
    env: 'LLAMA_ARG_CHAT_TEMPLATE_KWARGS',
    value: 'JSON',
    help: 'an object of further variables for the chat template',
    also: [
      {
        flag: '--reasoning-effort',
        env: 'LLAMA_ARG_REASONING_EFFORT',
        value: 'LEVEL',
        help: "effort that the template is told, such as low; default for the template's own (the default)",
        read: level => (level === 'default' ? undefined : { reasoning_effort: level }),
      },
    ],
  }),
  /** Whether models reason before they answer a chat; 'auto' leaves it to the chat template. Default 'auto'. */
  reasoning: option(word(['on', 'off', 'auto']), {
    default: 'auto',
    flag: '-rea, --reasoning',
    env: 'LLAMA_ARG_REASONING',
    value: 'WHEN',
    help: 'whether the model thinks before it answers: on, off, or auto (the default), as the template has it',
  }),
  /** Default `reasoning_format` of chats. Default 'deepseek': reasoning goes to `reasoning_content`. */
  reasoningFormat: option(word(REASONING_FORMATS), {
    default: 'deepseek',
    flag: '--reasoning-format',
    env: 'LLAMA_ARG_THINK',
    value: 'FORMAT',
    help: 'where thoughts go: none leaves them in the content, auto, deepseek (the default) and deepseek-legacy do not',
  }),
  /** Most tokens of reasoning, -1 for no limit. Default -1. */
  reasoningBudget: option(integer(-1, 2 ** 31 - 1), {
    default: -1,
    flag: '--reasoning-budget',
    env: 'LLAMA_ARG_THINK_BUDGET',
    help: 'most tokens of thoughts, -1 for no limit',
  }),
  /** Message that ends reasoning at its limit. Default ''. */
  reasoningBudgetMessage: option(anyText, {
    default: '',
    flag: '--reasoning-budget-message',
    env: 'LLAMA_ARG_THINK_BUDGET_MESSAGE',
    value: 'TEXT',
    help: 'what thoughts end with where the budget ends them (default: nothing)',
  }),
  /** Whether an answer continues a last message of the assistant, if there is one. Default true. */
  prefillAssistant: option(boolean, {
    default: true,
    flag: '--prefill-assistant',
    off: '--no-prefill-assistant',
    env: 'LLAMA_ARG_PREFILL_ASSISTANT',
    help: 'an answer goes on from a last message of the assistant',
  }),
};
