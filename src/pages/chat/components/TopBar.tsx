import type { Context } from '../context.ts';
import { PANELS, type Panel, type Tab } from '../state.ts';
import { IconButton } from './Icon.tsx';

const TABS: Readonly<Record<Tab, string>> = { chat: 'Chat', complete: 'Complete' };
const PANEL_NAMES: Readonly<Record<Panel, string>> = {
  models: 'Models',
  settings: 'Settings',
  draft: 'Draft',
};

/** Tabs of the page, and the buttons of its panels. */
export function TopBar({ state, dispatch }: Context) {
  const { tab, panel, hasSideBar } = state.view;
  return (
    <div class="top-bar">
      {!hasSideBar && (
        <IconButton
          icon="menu"
          label="Open the side bar"
          testId="open-side-bar"
          onClick={() => dispatch({ of: 'view', view: { hasSideBar: true } })}
        />
      )}
      <nav class="tabs" aria-label="What to do">
        {!hasSideBar && <h1 class="hidden">Foretoken</h1>}
        {(['chat', 'complete'] as const).map(name => (
          <button
            key={name}
            type="button"
            aria-pressed={tab === name}
            data-testid={`tab-${name}`}
            onClick={() => dispatch({ of: 'view', view: { tab: name } })}
          >
            {TABS[name]}
          </button>
        ))}
      </nav>
      <nav class="tabs" aria-label="Panels">
        {PANELS.map(name => (
          <button
            key={name}
            type="button"
            aria-pressed={panel === name}
            data-testid={`panel-${name}`}
            onClick={() => dispatch({ of: 'view', view: { panel: panel === name ? null : name } })}
          >
            {PANEL_NAMES[name]}
          </button>
        ))}
      </nav>
    </div>
  );
}
