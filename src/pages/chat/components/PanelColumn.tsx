import { assertNever } from '../../../util/assert.ts';
import type { Context } from '../context.ts';
import { ModelLibrary } from '../models/ModelLibrary.tsx';
import { SettingsPanel } from '../settings/SettingsPanel.tsx';
import { DraftPanel } from '../speculation/DraftPanel.tsx';
import type { Panel } from '../state.ts';
import { IconButton } from './Icon.tsx';

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
      return <ModelLibrary {...context} />;
    case 'settings':
      return <SettingsPanel {...context} />;
    case 'draft':
      return <DraftPanel {...context} />;
    default:
      return assertNever(panel);
  }
}
