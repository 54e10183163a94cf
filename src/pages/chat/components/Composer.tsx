import { useRef } from 'preact/hooks';
import type { Context } from '../context.ts';
import { current } from '../conversation/chatState.ts';
import { attachFiles } from '../library/files.ts';
import { isBundled } from '../state.ts';
import { Icon, IconButton } from './Icon.tsx';

/** Field for the next message, with its attachments. It can be filled before the models are loaded. */
export function Composer({ state, chat, dispatch }: Context) {
  const { composer, answer } = state.chat;
  const fileInput = useRef<HTMLInputElement>(null);
  const isEmpty = composer.text.trim() === '' && composer.attachments.length === 0;
  return (
    <form
      class="composer"
      onSubmit={event => {
        event.preventDefault();
        void chat.send();
      }}
    >
      {composer.attachments.length > 0 && (
        <ul class="attached" aria-label="Attachments">
          {composer.attachments.map(({ name }, index) => (
            <li key={`${index} ${name}`}>
              {name}
              <IconButton
                icon="close"
                label={`Remove ${name}`}
                onClick={() => dispatch({ of: 'chat', type: 'detach', index })}
              />
            </li>
          ))}
        </ul>
      )}
      <textarea
        id="message"
        data-testid="message"
        rows={1}
        dir="auto"
        autofocus
        aria-label="Message"
        placeholder={isBundled(state) ? 'Begin a story, or go on with it' : 'Write a message'}
        value={composer.text}
        onInput={event => dispatch({ of: 'chat', type: 'compose', text: event.currentTarget.value })}
        onKeyDown={event => {
          // Enter also ends the input of a character of several keys.
          if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            void chat.send();
          }
          if (event.key === 'ArrowUp' && isEmpty) {
            const last = current(state.chat).messages.findLast(({ role }) => role === 'user');
            if (last) dispatch({ of: 'chat', type: 'edit', id: last.id });
          }
        }}
        onPaste={event => {
          const files = [...(event.clipboardData?.files ?? [])];
          if (files.length === 0) return;
          event.preventDefault();
          void attachFiles(files, dispatch);
        }}
      />
      <input
        ref={fileInput}
        type="file"
        multiple
        class="hidden"
        tabIndex={-1}
        aria-label="Text files to attach"
        data-testid="attach"
        onChange={event => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = '';
          void attachFiles(files, dispatch);
        }}
      />
      <IconButton icon="clip" label="Attach text files" onClick={() => fileInput.current?.click()} />
      {answer ? (
        <button
          type="button"
          class="send"
          aria-label="Stop"
          title="Stop (Esc)"
          data-testid="stop"
          onClick={() => chat.stop()}
        >
          <Icon name="stop" />
        </button>
      ) : (
        <button
          type="submit"
          class="send primary"
          aria-label="Send"
          title="Send (Enter)"
          data-testid="send"
          disabled={isEmpty || state.engine.status.kind === 'failed'}
        >
          <Icon name="send" />
        </button>
      )}
    </form>
  );
}
