import { useRef } from 'preact/hooks';
import type { MarkdownProps } from './Content.tsx';
import { useLoaded } from './useLoaded.ts';
import { useNear } from './useNear.ts';
import './style/markdown.css';

/**
 * Shows Markdown that a model wrote. The text is never used as HTML: it is read as a tree, which becomes elements of fixed kinds with
 * text in them. Links leave the page by http, https and mailto only; nothing is requested for the text, not even its images.
 *
 * The reader is loaded when the first text is near the window, and a text is read when it is near, so that a long conversation
 * opens at once. Until then the text is shown as it is.
 */
export function Markdown({ text, isStreaming }: MarkdownProps) {
  const place = useRef<HTMLDivElement>(null);
  const isNear = useNear(place) || isStreaming;
  const loaded = useLoaded(isNear, loadContent);
  return (
    <div class="markdown" ref={place}>
      {isNear && loaded ? (
        <loaded.Content text={text} isStreaming={isStreaming} />
      ) : (
        <p class="as-written" dir="auto">
          {text}
        </p>
      )}
    </div>
  );
}

/** Loads what the first text needs; a page may call it before, while it waits for an answer. */
export function loadContent() {
  return import('./Content.tsx');
}
