import { hasText } from '../answer/answer.ts';
import { IconButton } from './Icon.tsx';
import type { MessageProps } from './messageProps.ts';

/** Buttons below a message, and the way to the branches beside it. */
export function MessageActions({ message, place, nSiblings, isLast, draft, chat, dispatch }: MessageProps) {
  const { id, role } = message;
  const step = (by: number) => dispatch({ of: 'chat', type: 'branch', id, step: by });
  return (
    <div class="message-actions">
      {nSiblings > 1 && (
        <span class="branches">
          <IconButton icon="left" label="Previous branch" disabled={place === 0} onClick={() => step(-1)} />
          <span data-testid="branch">
            {place + 1} of {nSiblings}
          </span>
          <IconButton
            icon="right"
            label="Next branch"
            disabled={place === nSiblings - 1}
            onClick={() => step(1)}
          />
        </span>
      )}
      <IconButton
        icon="copy"
        label="Copy"
        onClick={() => void navigator.clipboard.writeText(message.content)}
      />
      {role !== 'tool' && (
        <IconButton icon="edit" label="Edit" onClick={() => dispatch({ of: 'chat', type: 'edit', id })} />
      )}
      {message.role === 'assistant' && (
        <>
          {message.trace !== null && (
            <button
              type="button"
              class="quiet"
              aria-pressed={draft !== 'no'}
              data-testid="show-draft"
              onClick={() => dispatch({ of: 'view', view: { showsDraft: draft === 'no', chosen: id } })}
            >
              Show the draft
            </button>
          )}
          <IconButton
            icon="again"
            label="Answer again"
            testId="again"
            onClick={() => void chat.answer(message.parent)}
          />
          {isLast && message.toolCalls.length === 0 && hasText(message) && (
            <IconButton icon="go" label="Continue" testId="continue" onClick={() => void chat.continue(id)} />
          )}
        </>
      )}
      {isLast && role !== 'assistant' && (
        <IconButton icon="again" label="Answer" onClick={() => void chat.answer(id)} />
      )}
      <IconButton
        icon="trash"
        label="Delete from here on"
        onClick={() => dispatch({ of: 'chat', type: 'remove', id })}
      />
    </div>
  );
}
