import { useMemo, useRef } from 'preact/hooks';
import { Mark, ThemeChoice } from '../../frame/Header.tsx';
import type { Context } from '../context.ts';
import { found } from '../conversation/search.ts';
import { exportAll, importFiles } from '../library/files.ts';
import { type Action, WIDE } from '../state.ts';
import { ConversationItem } from './ConversationItem.tsx';
import { Icon, IconButton } from './Icon.tsx';

/** Conversations that the browser keeps, the page's theme, and the way to the other pages. */
export function SideBar({ state, dispatch }: Context) {
  const { view, chat } = state;
  const listed = useMemo(
    () => found(Object.values(chat.conversations), view.search),
    [chat.conversations, view.search],
  );
  const fileInput = useRef<HTMLInputElement>(null);
  const close = () => dispatch({ of: 'view', view: { hasSideBar: false } });
  /** Shows another conversation; where the side bar covers it, the side bar closes. */
  const show = (action: Action) => {
    dispatch(action);
    dispatch({ of: 'view', view: { tab: 'chat', hasSideBar: matchMedia(WIDE).matches } });
  };
  return (
    <>
      <nav class="side-bar" aria-label="Conversations" data-testid="side-bar">
        <div class="side-head">
          <h1>
            <Mark />
            Foretoken
          </h1>
          <IconButton icon="close" label="Close the side bar" onClick={close} />
        </div>
        <button
          type="button"
          class="new-chat"
          data-testid="new-chat"
          onClick={() => show({ of: 'chat', type: 'new', id: crypto.randomUUID(), now: Date.now() })}
        >
          <Icon name="plus" /> New conversation
        </button>
        <input
          type="search"
          id="search"
          placeholder="Search"
          aria-label="Search conversations"
          value={view.search}
          onInput={event => dispatch({ of: 'view', view: { search: event.currentTarget.value } })}
        />
        <ul class="conversations">
          {listed.length === 0 && (
            <li class="note">
              {view.search.trim() === ''
                ? 'Conversations stay in this browser, and are listed here.'
                : 'No conversation has these words.'}
            </li>
          )}
          {listed.map(conversation => (
            <ConversationItem
              key={conversation.id}
              conversation={conversation}
              isCurrent={conversation.id === chat.currentId}
              dispatch={dispatch}
              show={show}
            />
          ))}
        </ul>
        <div class="side-foot">
          <div class="row">
            <button type="button" class="quiet" onClick={() => fileInput.current?.click()}>
              Import
            </button>
            <button
              type="button"
              class="quiet"
              disabled={listed.length === 0}
              onClick={() => exportAll(Object.values(chat.conversations))}
            >
              Export all
            </button>
            <button
              type="button"
              class="quiet"
              onClick={() => dispatch({ of: 'view', view: { dialog: 'shortcuts' } })}
            >
              Shortcuts
            </button>
          </div>
          <input
            ref={fileInput}
            type="file"
            multiple
            accept=".json,application/json"
            class="hidden"
            tabIndex={-1}
            aria-label="Conversations to import"
            data-testid="import"
            onChange={event => {
              const files = [...(event.currentTarget.files ?? [])];
              event.currentTarget.value = '';
              void importFiles(files, dispatch);
            }}
          />
          <ThemeChoice theme={view.theme} onTheme={theme => dispatch({ of: 'view', view: { theme } })} />
          <p class="note">
            <a href="lab.html">Lab</a>: try this GPU · <a href="compare.html">Compare</a>: GPUs’ reports
          </p>
        </div>
      </nav>
      <button type="button" class="backdrop" aria-label="Close the side bar" tabIndex={-1} onClick={close} />
    </>
  );
}
