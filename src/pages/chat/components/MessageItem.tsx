import { useMemo } from 'preact/hooks';
import { assertNever } from '../../../util/assert.ts';
import type { Message } from '../conversation/conversation.ts';
import { AnswerBody } from './AnswerBody.tsx';
import { MessageActions } from './MessageActions.tsx';
import { MessageEditor } from './MessageEditor.tsx';
import type { MessageProps } from './messageProps.ts';

const AUTHORS: Readonly<Record<Message['role'], string>> = { user: 'You', assistant: 'Model', tool: 'Tool' };

/** Message with its actions. It is drawn again only when one of its properties changes. */
export function MessageItem(props: MessageProps) {
  // The properties are primitive, or keep their identity while they are equal.
  return useMemo(() => <Drawn {...props} />, Object.values(props));
}

function Drawn(props: MessageProps) {
  const { message, isEditing, phase } = props;
  return (
    <li
      class="message"
      data-role={message.role}
      data-testid={`message-${message.role}`}
      style={{ containIntrinsicBlockSize: `auto ${expectedHeight(message.content)}rem` }}
    >
      <h2 class="hidden">{AUTHORS[message.role]}</h2>
      {isEditing ? <MessageEditor {...props} /> : <Body {...props} />}
      {!isEditing && phase === null && <MessageActions {...props} />}
    </li>
  );
}

/** Characters of a line in a wide window, and the height of a line in rem. */
const LINE_LENGTH = 85;
const LINE_HEIGHT = 1.7;

/** Height in rem that a message takes until it is first in sight: the closer, the less the others move then. */
function expectedHeight(text: string): number {
  const nLines = text
    .split('\n')
    .reduce((sum, { length }) => sum + Math.max(0.6, Math.ceil(length / LINE_LENGTH)), 0);
  return Math.round(4 + LINE_HEIGHT * nLines);
}

function Body({ message, isLast, draft, phase, chat }: MessageProps) {
  switch (message.role) {
    case 'user':
      return (
        <div class="said">
          {message.attachments.map(({ name, text }) => (
            <details key={name} class="attachment">
              <summary>{name}</summary>
              <pre>{text}</pre>
            </details>
          ))}
          <div class="plain" dir="auto">
            {message.content}
          </div>
        </div>
      );
    case 'tool':
      return (
        <div class="tool-result">
          <small>Result of the tool</small>
          <pre dir="auto">{message.content}</pre>
        </div>
      );
    case 'assistant':
      return <AnswerBody message={message} phase={phase} isLast={isLast} draft={draft} chat={chat} />;
    default:
      return assertNever(message);
  }
}
