import { useState } from 'preact/hooks';
import type { Context } from '../context.ts';
import { type Conversation, titleOf } from '../conversation/conversation.ts';
import { exportOne } from '../library/files.ts';
import type { Action } from '../state.ts';
import { IconButton } from './Icon.tsx';

interface Props extends Pick<Context, 'dispatch'> {
  readonly conversation: Conversation;
  readonly isCurrent: boolean;
  readonly show: (action: Action) => void;
}

/** Entry of the side bar: opens, renames, saves or deletes a conversation. */
export function ConversationItem({ conversation, isCurrent, show, dispatch }: Props) {
  const [isRenaming, setRenaming] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const { id } = conversation;
  const title = titleOf(conversation);
  if (isRenaming) {
    return (
      <li>
        <TitleForm
          title={title}
          onTitle={text => {
            setRenaming(false);
            if (text !== null && text !== title) dispatch({ of: 'chat', type: 'rename', id, title: text });
          }}
        />
      </li>
    );
  }
  if (isAsking) {
    return (
      <li class="asking">
        <span>Delete “{title}”?</span>
        <button
          type="button"
          class="quiet alarm"
          autofocus
          onClick={() =>
            dispatch({ of: 'chat', type: 'delete', id, newId: crypto.randomUUID(), now: Date.now() })
          }
        >
          Delete
        </button>
        <button type="button" class="quiet" onClick={() => setAsking(false)}>
          Keep
        </button>
      </li>
    );
  }
  return (
    <li class="conversation" data-testid="conversation">
      <button
        type="button"
        class="title"
        dir="auto"
        aria-current={isCurrent ? 'true' : undefined}
        onClick={() => show({ of: 'chat', type: 'open', id })}
      >
        {title}
      </button>
      <span class="item-actions">
        <IconButton icon="edit" label={`Rename ${title}`} onClick={() => setRenaming(true)} />
        <IconButton
          icon="text"
          label={`Save ${title} as Markdown`}
          onClick={() => exportOne(conversation, 'md')}
        />
        <IconButton
          icon="save"
          label={`Save ${title} as JSON`}
          onClick={() => exportOne(conversation, 'json')}
        />
        <IconButton icon="trash" label={`Delete ${title}`} onClick={() => setAsking(true)} />
      </span>
    </li>
  );
}

function TitleForm({ title, onTitle }: { title: string; onTitle: (text: string | null) => void }) {
  const [text, setText] = useState(title);
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        onTitle(text);
      }}
    >
      <input
        type="text"
        class="rename"
        aria-label="Title"
        dir="auto"
        autofocus
        ref={input => input?.focus()}
        value={text}
        onInput={event => setText(event.currentTarget.value)}
        onBlur={() => onTitle(text)}
        onKeyDown={event => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          onTitle(null);
        }}
      />
    </form>
  );
}
