import { useEffect, useState } from 'preact/hooks';
import type { Role } from '../state.ts';

const ROLES: readonly { readonly role: Role; readonly label: string; readonly hint: string }[] = [
  { role: 'target', label: 'Target', hint: 'the model that decides' },
  { role: 'draft', label: 'Draft', hint: 'the small one that runs ahead' },
];

/** Two halves of the page that appear while a file is dragged over it. */
export function DropZone({ onDrop }: { onDrop: (role: Role, file: File) => void }) {
  const [dragging, setDragging] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      // Without this the browser would open the file in place of the page.
      event.preventDefault();
      setDragging(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setDragging(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setDragging(false);
      const file = event.dataTransfer?.files[0];
      const half = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-role]') : null;
      if (file) onDrop(half?.dataset.role === 'draft' ? 'draft' : 'target', file);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [onDrop]);

  if (!dragging) return null;
  return (
    <div class="drop">
      {ROLES.map(({ role, label, hint }) => (
        <div key={role} class="drop-half" data-role={role}>
          <strong>{label}</strong>
          <span>{hint}</span>
        </div>
      ))}
    </div>
  );
}
