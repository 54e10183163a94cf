import { useCallback } from 'preact/hooks';
import { useFileDrag } from '../../frame/useFileDrag.ts';

/** Accepts files anywhere on the page, and shows a hint while some are dragged over it. */
export function DropTarget({ onFiles }: { onFiles: (files: Iterable<File>) => void }) {
  const onDrop = useCallback(
    ({ dataTransfer }: DragEvent) => onFiles([...(dataTransfer?.files ?? [])]),
    [onFiles],
  );
  const dragging = useFileDrag(onDrop);
  return dragging ? <div class="drop-target">Drop reports to compare them</div> : null;
}
