import { type Flag, type Given, numberSetting, toggle, valued, withSettings } from './flag.ts';
import { asIs, fileText, jsonObject, oneOf, wholeNumber } from './values.ts';

/** Flags for turning conversations into prompts, and texts into messages. */
export const CHAT_FLAGS: readonly Flag[] = [
  toggle('jinja', {
    names: ['--jinja'],
    off: ['--no-jinja'],
    help: 'chat templates are Jinja (the default); without, one of chatml, llama3 and command-r',
    env: 'LLAMA_ARG_JINJA',
  }),
  valued(
    {
      names: ['--chat-template'],
      value: 'TEMPLATE',
      help: "chatml, llama3, command-r, or a Jinja template (default: the model's own)",
      env: 'LLAMA_ARG_CHAT_TEMPLATE',
    },
    asIs,
    (given, chatTemplate) => withSettings(given, { chatTemplate }),
  ),
  valued(
    {
      names: ['--chat-template-file'],
      value: 'FILE',
      help: 'the chat template, from a file',
      env: 'LLAMA_ARG_CHAT_TEMPLATE_FILE',
    },
    fileText,
    (given, chatTemplate) => withSettings(given, { chatTemplate }),
  ),
  valued(
    {
      names: ['--chat-template-kwargs'],
      value: 'JSON',
      help: 'an object of further variables for the chat template',
      env: 'LLAMA_ARG_CHAT_TEMPLATE_KWARGS',
    },
    jsonObject,
    (given, variables) => withVariables(given, variables),
  ),
  valued(
    {
      names: ['-rea', '--reasoning'],
      value: 'WHEN',
      help: 'whether the model thinks before it answers: on, off, or auto (the default), as the template has it',
      env: 'LLAMA_ARG_REASONING',
    },
    oneOf('on', 'off', 'auto'),
    (given, reasoning) => withSettings(given, { reasoning }),
  ),
  valued(
    {
      names: ['--reasoning-format'],
      value: 'FORMAT',
      help: 'where thoughts go: none leaves them in the content, auto, deepseek (the default) and deepseek-legacy do not',
      env: 'LLAMA_ARG_THINK',
    },
    oneOf('none', 'auto', 'deepseek', 'deepseek-legacy'),
    (given, reasoningFormat) => withSettings(given, { reasoningFormat }),
  ),
  valued(
    {
      names: ['--reasoning-effort'],
      value: 'LEVEL',
      help: "effort that the template is told, such as low; default for the template's own (the default)",
      env: 'LLAMA_ARG_REASONING_EFFORT',
    },
    asIs,
    (given, reasoning_effort) =>
      reasoning_effort === 'default' ? given : withVariables(given, { reasoning_effort }),
  ),
  numberSetting('reasoningBudget', wholeNumber, {
    names: ['--reasoning-budget'],
    help: 'most tokens of thoughts, -1 for no limit (default: -1)',
    env: 'LLAMA_ARG_THINK_BUDGET',
  }),
  valued(
    {
      names: ['--reasoning-budget-message'],
      value: 'TEXT',
      help: 'what thoughts end with where the budget ends them (default: nothing)',
      env: 'LLAMA_ARG_THINK_BUDGET_MESSAGE',
    },
    asIs,
    (given, reasoningBudgetMessage) => withSettings(given, { reasoningBudgetMessage }),
  ),
  toggle('prefillAssistant', {
    names: ['--prefill-assistant'],
    off: ['--no-prefill-assistant'],
    help: 'an answer goes on from a last message of the assistant (the default)',
    env: 'LLAMA_ARG_PREFILL_ASSISTANT',
  }),
];

function withVariables(given: Given, variables: Readonly<Record<string, unknown>>): Given {
  const chatTemplateKwargs = { ...given.settings.chatTemplateKwargs, ...variables };
  return withSettings(given, { chatTemplateKwargs });
}
