import { useState } from 'preact/hooks';
import type { MessageProps } from './messageProps.ts';

/** Text of a message in a field. Saving makes a branch; the message itself stays. */
export function MessageEditor({ message, chat, dispatch }: MessageProps) {
  const [text, setText] = useState(message.content);
  const cancel = () => dispatch({ of: 'chat', type: 'edit', id: null });
  const save = () => void chat.edit(message.id, text);
  return (
    <form
      class="editor"
      onSubmit={event => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        aria-label="Text of the message"
        data-testid="editor"
        dir="auto"
        ref={area => area?.focus()}
        value={text}
        onInput={event => setText(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'Escape') {
            event.stopPropagation();
            cancel();
          }
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
        }}
      />
      <div class="row">
        <button type="submit" class="primary">
          {message.role === 'user' ? 'Send' : 'Save'}
        </button>
        <button type="button" onClick={cancel}>
          Cancel
        </button>
        <small>The message as it was stays as a branch.</small>
      </div>
    </form>
  );
}
