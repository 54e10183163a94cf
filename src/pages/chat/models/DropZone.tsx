import { useCallback } from 'preact/hooks';
import { useFileDrag } from '../../frame/useFileDrag.ts';
import type { Role } from './modelState.ts';

const ROLES: readonly { readonly role: Role; readonly label: string; readonly hint: string }[] = [
  { role: 'target', label: 'Target', hint: 'the model that decides' },
  { role: 'draft', label: 'Draft', hint: 'the small one that runs ahead' },
];

/** Two halves of the page that appear while a file is dragged over it. */
export function DropZone({ onDrop }: { onDrop: (role: Role, files: readonly File[]) => void }) {
  const dragging = useFileDrag(
    useCallback(
      ({ dataTransfer, target }: DragEvent) => {
        const files = [...(dataTransfer?.files ?? [])];
        const half = target instanceof Element ? target.closest<HTMLElement>('[data-role]') : null;
        if (files.length > 0) onDrop(half?.dataset.role === 'draft' ? 'draft' : 'target', files);
      },
      [onDrop],
    ),
  );
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
