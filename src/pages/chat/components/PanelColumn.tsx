import { assertNever } from '../../../util/assert.ts';
import type { Context } from '../context.ts';
import { SettingsPanel } from '../settings/SettingsPanel.tsx';
import type { Panel } from '../state.ts';
import { DraftPanel } from './DraftPanel.tsx';
import { IconButton } from './Icon.tsx';
import { ModelsPanel } from './ModelsPanel.tsx';

/** Panel at the right: models, settings, or the work of the draft. */
export function PanelColumn({ panel, ...context }: Context & { panel: Panel }) {
  const close = () => context.dispatch({ of: 'view', view: { panel: null } });
  return (
    <>
      <aside class="panel-column">
        <IconButton icon="close" label="Close the panel" onClick={close} />
        <Content panel={panel} {...context} />
      </aside>
      <button type="button" class="backdrop" aria-label="Close the panel" tabIndex={-1} onClick={close} />
    </>
  );
}

function Content({ panel, ...context }: Context & { panel: Panel }) {
  switch (panel) {
    case 'models':
      return <ModelsPanel {...context} />;
    case 'settings':
      return <SettingsPanel {...context} />;
    case 'draft':
      return <DraftPanel {...context} />;
    default:
      return assertNever(panel);
  }
}
