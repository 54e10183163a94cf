import { useCallback } from 'preact/hooks';
import { assertNever } from '../../../util/assert.ts';
import { CompleteView } from '../complete/CompleteView.tsx';
import type { Context } from '../context.ts';
import { attachFiles } from '../library/files.ts';
import { takeFiles } from '../models/takeFiles.ts';
import type { State } from '../state.ts';
import { ChatView } from './ChatView.tsx';
import { DropTarget } from './DropTarget.tsx';
import { PanelColumn } from './PanelColumn.tsx';
import { ShortcutList } from './ShortcutList.tsx';
import { SideBar } from './SideBar.tsx';
import { TopBar } from './TopBar.tsx';

export function App(context: Context) {
  const { state, models, dispatch } = context;
  const { view } = state;
  // The same function at every drawing, or listeners would be attached anew for every token.
  const drop = useCallback(
    (files: readonly File[]) => takeDropped(files, { models, dispatch }),
    [models, dispatch],
  );
  return (
    <div class="shell" data-side-bar={view.hasSideBar} data-panel={view.panel !== null}>
      {view.hasSideBar && <SideBar {...context} />}
      <div class="middle">
        <TopBar {...context} />
        {view.notice !== null && (
          <p class="notice" role="alert">
            {view.notice}
            <button
              type="button"
              class="quiet"
              onClick={() => dispatch({ of: 'view', view: { notice: null } })}
            >
              Dismiss
            </button>
          </p>
        )}
        <Main {...context} />
      </div>
      {view.panel !== null && <PanelColumn {...context} panel={view.panel} />}
      {view.dialog === 'shortcuts' && (
        <ShortcutList onClose={() => dispatch({ of: 'view', view: { dialog: null } })} />
      )}
      <DropTarget onDrop={drop} />
    </div>
  );
}

/** Takes models into the library, and other files as texts for the next message. */
function takeDropped(
  files: readonly File[],
  { models, dispatch }: Pick<Context, 'models' | 'dispatch'>,
): void {
  if (!files.some(isModel)) return void attachFiles(files, dispatch);
  takeFiles(files, { effects: models, dispatch: action => dispatch({ of: 'models', ...action }) });
  dispatch({ of: 'view', view: { panel: 'models' } });
}

function isModel({ name }: File): boolean {
  return /\.gguf$/i.test(name);
}

function Main(context: Context) {
  const { tab }: State['view'] = context.state.view;
  switch (tab) {
    case 'chat':
      return <ChatView {...context} />;
    case 'complete':
      return <CompleteView {...context} />;
    default:
      return assertNever(tab);
  }
}
