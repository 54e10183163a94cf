import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Area of the page for files: its ref, and whether files are over it. Files that are dropped there reach nothing else. */
export function useFileDrop<E extends HTMLElement>(
  onFiles: (files: readonly File[]) => void,
): readonly [area: RefObject<E | null>, isOver: boolean] {
  const area = useRef<E>(null);
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    const ended = new AbortController();
    const { signal } = ended;
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setOver(true);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      event.stopPropagation();
      setOver(false);
      onFiles([...(event.dataTransfer?.files ?? [])]);
    };
    element.addEventListener('dragover', over, { signal });
    element.addEventListener('dragleave', () => setOver(false), { signal });
    element.addEventListener('drop', drop, { signal });
    return () => ended.abort();
  }, [onFiles]);
  return [area, isOver];
}
