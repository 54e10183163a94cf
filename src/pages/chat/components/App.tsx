import { assertNever } from '../../../util/assert.ts';
import { CompleteView } from '../complete/CompleteView.tsx';
import type { Context } from '../context.ts';
import { attachFiles } from '../library/files.ts';
import { DropZone } from '../models/DropZone.tsx';
import type { State } from '../state.ts';
import { ChatView } from './ChatView.tsx';
import { PanelColumn } from './PanelColumn.tsx';
import { ShortcutList } from './ShortcutList.tsx';
import { SideBar } from './SideBar.tsx';
import { TopBar } from './TopBar.tsx';

export function App(context: Context) {
  const { state, engine, dispatch } = context;
  const { view } = state;
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
      <DropZone
        onDrop={(role, files) => {
          // Other files than models are texts for the next message.
          if (files.some(isModel)) engine.choose({ [role]: { kind: 'files', files } });
          else void attachFiles(files, dispatch);
        }}
      />
    </div>
  );
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
