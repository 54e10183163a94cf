import { useEffect, useRef } from 'preact/hooks';
import { SHORTCUTS } from '../shortcuts.ts';
import { IconButton } from './Icon.tsx';

/** List of all shortcuts, in a dialog. */
export function ShortcutList({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const mod = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl';
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="shortcuts" aria-labelledby="shortcuts-title" onClose={onClose}>
      <div class="dialog-head">
        <h2 id="shortcuts-title">Shortcuts</h2>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </div>
      <dl>
        {SHORTCUTS.map(({ keys, does }) => (
          <div key={does}>
            <dt>{does}</dt>
            <dd>
              {keys.map(key => (
                <kbd key={key}>{key === 'Mod' ? mod : key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
