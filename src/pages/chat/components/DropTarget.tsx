import { useCallback } from 'preact/hooks';
import { useFileDrag } from '../../frame/useFileDrag.ts';

/** Sheet over the page that appears while files are dragged over it. */
export function DropTarget({ onDrop }: { onDrop: (files: readonly File[]) => void }) {
  const isDragging = useFileDrag(
    useCallback(({ dataTransfer }: DragEvent) => onDrop([...(dataTransfer?.files ?? [])]), [onDrop]),
  );
  if (!isDragging) return null;
  return (
    <div class="drop">
      <strong>Drop it here</strong>
      <span>.gguf files become models, other files a text of your next message</span>
    </div>
  );
}
