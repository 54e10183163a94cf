import { type ChatMessage, contentText } from './messages.ts';

/** Chat format that needs no template engine. */
export interface Formatter {
  /** Texts that identify the format: a model's template contains all of them. */
  readonly marks: readonly string[];
  turn(role: string, text: string): string;
  /** Text that opens the assistant's answer. */
  readonly opener: string;
}

const COMMAND_R_ROLES: Readonly<Record<string, string>> = {
  system: 'SYSTEM',
  user: 'USER',
  assistant: 'CHATBOT',
};

/** Formats that can be selected by name. Source: src/llama-chat.cpp of llama.cpp. */
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
      // Messages with a role that the format lacks are left out.
      if (!Object.hasOwn(COMMAND_R_ROLES, role)) return '';
      const token = `<|${COMMAND_R_ROLES[role]}_TOKEN|>`;
      return `<|START_OF_TURN_TOKEN|>${token}${text.trim()}<|END_OF_TURN_TOKEN|>`;
    },
    opener: '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>',
  },
} as const satisfies Record<string, Formatter>;

/** Finds the format by its name, or by marks in the template text; null if `template` is neither. */
export function findFormatter(template: string): Formatter | null {
  const formatters: Readonly<Record<string, Formatter>> = FORMATTERS;
  if (Object.hasOwn(formatters, template)) return formatters[template];
  const known = Object.values(formatters).find(({ marks }) => marks.every(mark => template.includes(mark)));
  return known ?? null;
}

/** Renders a conversation in a format, and opens an answer if `addGenerationPrompt`. */
export function formatMessages(
  { turn, opener }: Formatter,
  messages: readonly ChatMessage[],
  addGenerationPrompt: boolean,
): string {
  const turns = messages.map(({ role, content }) => turn(role, contentText(content)));
  return turns.join('') + (addGenerationPrompt ? opener : '');
}
