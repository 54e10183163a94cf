import { type ChatMessage, contentText } from './messages.ts';

/** A chat format that needs no template engine. */
export interface Formatter {
  /** Texts that, all found in a model's template, give this format away. */
  readonly marks: readonly string[];
  turn(role: string, text: string): string;
  /** What opens the assistant's answer. */
  readonly opener: string;
}

const COMMAND_R_ROLES: Readonly<Record<string, string>> = {
  system: 'SYSTEM',
  user: 'USER',
  assistant: 'CHATBOT',
};

/** The formats that can be had by name. Source: src/llama-chat.cpp of llama.cpp. */
export const FORMATTERS = {
  chatml: {
    marks: ['<|im_start|>'],
    turn: (role, text) => `<|im_start|>${role}\n${text}<|im_end|>\n`,
    opener: '<|im_start|>assistant\n',
  },
  llama3: {
    marks: ['<|start_header_id|>', '<|end_header_id|>'],
    turn: (role, text) => `<|start_header_id|>${role}<|end_header_id|>\n\n${text.trim()}<|eot_id|>`,
    opener: '<|start_header_id|>assistant<|end_header_id|>\n\n',
  },
  'command-r': {
    marks: ['<|START_OF_TURN_TOKEN|>', '<|USER_TOKEN|>'],
    turn(role, text) {
      // A role that the format does not have is left out.
      if (!Object.hasOwn(COMMAND_R_ROLES, role)) return '';
      const token = `<|${COMMAND_R_ROLES[role]}_TOKEN|>`;
      return `<|START_OF_TURN_TOKEN|>${token}${text.trim()}<|END_OF_TURN_TOKEN|>`;
    },
    opener: '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>',
  },
} as const satisfies Record<string, Formatter>;

/** The format that `template` names, or that its text gives away; null for any other template. */
export function findFormatter(template: string): Formatter | null {
  const formatters: Readonly<Record<string, Formatter>> = FORMATTERS;
  if (Object.hasOwn(formatters, template)) return formatters[template];
  const known = Object.values(formatters).find(({ marks }) => marks.every(mark => template.includes(mark)));
  return known ?? null;
}

/** The conversation in a format, ready for the answer if `addGenerationPrompt`. */
export function formatMessages(
  { turn, opener }: Formatter,
  messages: readonly ChatMessage[],
  addGenerationPrompt: boolean,
): string {
  const turns = messages.map(({ role, content }) => turn(role, contentText(content)));
  return turns.join('') + (addGenerationPrompt ? opener : '');
}
