import { assertNever } from '../../../util/assert.ts';
import { branchOf } from './branch.ts';
import { type Attachment, type Conversation, type Message, titleOf } from './conversation.ts';

/** The branch that is shown, as Markdown. */
export function transcript(conversation: Conversation): string {
  const { system } = conversation;
  const parts = [
    `# ${titleOf(conversation)}`,
    ...(system === '' ? [] : [`## System\n\n${system}`]),
    ...branchOf(conversation).map(({ message }) => section(message)),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Content of a user message as the model gets it: attachments first, each in a fence with its name. */
export function withAttachments(attachments: readonly Attachment[], text: string): string {
  return [...attachments.map(fenced), text].filter(part => part !== '').join('\n\n');
}

function section(message: Message): string {
  switch (message.role) {
    case 'user':
      return `## User\n\n${withAttachments(message.attachments, message.content)}`;
    case 'tool':
      return `## Tool\n\n${fence(message.content)}`;
    case 'assistant': {
      const { model, reasoning, content, toolCalls } = message;
      const parts = [
        `## Assistant${model === '' ? '' : ` (${model})`}`,
        ...(reasoning === '' ? [] : [reasoning.replaceAll(/^/gm, '> ')]),
        ...(content === '' ? [] : [content]),
        ...toolCalls.map(({ name, arguments: text }) => fence(`${name}(${text})`)),
      ];
      return parts.join('\n\n');
    }
    default:
      return assertNever(message);
  }
}

function fenced({ name, text }: Attachment): string {
  return `${name}:\n${fence(text)}`;
}

/** Fence that is longer than every run of backticks in the text. */
function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = '`'.repeat(longest + 1);
  return `${marks}\n${text.replace(/\n$/, '')}\n${marks}`;
}
