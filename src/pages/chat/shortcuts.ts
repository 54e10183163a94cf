import type { Context } from './context.ts';

/** Key combination of the page. */
export interface Shortcut {
  /** Keys as they are shown; `Mod` is Ctrl, on a Mac ⌘. */
  readonly keys: readonly string[];
  readonly does: string;
  /** Key of the event, with Mod and perhaps Shift; null for keys that the fields themselves handle. */
  readonly event: { readonly key: string; readonly shift: boolean } | null;
  run(context: Context): void;
}

const nothing = () => {};

/** All shortcuts: the page listens for them, and the list shows them. */
export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['Enter'], does: 'Send', event: null, run: nothing },
  { keys: ['Shift', 'Enter'], does: 'New line', event: null, run: nothing },
  { keys: ['↑'], does: 'Edit the last message, in an empty field', event: null, run: nothing },
  { keys: ['Esc'], does: 'Stop the answer', event: null, run: nothing },
  { keys: ['Mod', 'Enter'], does: 'Complete the text; save an edited message', event: null, run: nothing },
  {
    keys: ['Mod', 'Shift', 'O'],
    does: 'New conversation',
    event: { key: 'o', shift: true },
    run: ({ dispatch }) => {
      dispatch({ of: 'chat', type: 'new', id: crypto.randomUUID(), now: Date.now() });
      dispatch({ of: 'view', view: { tab: 'chat' } });
    },
  },
  {
    keys: ['Mod', 'K'],
    does: 'Search conversations',
    event: { key: 'k', shift: false },
    run: ({ dispatch }) => {
      dispatch({ of: 'view', view: { hasSideBar: true } });
      const field = () => document.getElementById('search');
      // In a side bar that opens, the field is there after the next frame; in an open one at once, for what is typed now.
      field()?.focus();
      requestAnimationFrame(() => requestAnimationFrame(() => field()?.focus()));
    },
  },
  {
    keys: ['Mod', 'B'],
    does: 'Open or close the side bar',
    event: { key: 'b', shift: false },
    run: ({ state, dispatch }) => dispatch({ of: 'view', view: { hasSideBar: !state.view.hasSideBar } }),
  },
  {
    keys: ['Mod', '.'],
    does: 'Open or close the settings',
    event: { key: '.', shift: false },
    run: ({ state, dispatch }) =>
      dispatch({ of: 'view', view: { panel: state.view.panel === 'settings' ? null : 'settings' } }),
  },
  {
    keys: ['Mod', '/'],
    does: 'Show this list',
    event: { key: '/', shift: false },
    run: ({ state, dispatch }) =>
      dispatch({ of: 'view', view: { dialog: state.view.dialog ? null : 'shortcuts' } }),
  },
];

/** Shortcut that a key press means. */
export function shortcutOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>,
): Shortcut | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  const key = event.key.toLowerCase();
  return (
    SHORTCUTS.find(
      ({ event: wanted }) =>
        // A slash needs Shift on some keyboards.
        wanted?.key === key && (wanted.shift === event.shiftKey || key === '/'),
    ) ?? null
  );
}
