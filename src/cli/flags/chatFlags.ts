import { type Flag, toggle, valued, withSettings } from './flag.ts';
import { asIs, fileText } from './values.ts';

/** How conversations become prompts, and texts messages. */
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
];
