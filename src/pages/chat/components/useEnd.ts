import type { RefObject } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** Distance from the end, in CSS pixels, within which the list follows new text. */
const NEAR = 48;

interface End {
  /** Whether the end is in sight, and followed. */
  readonly isAtEnd: boolean;
  readonly toEnd: () => void;
  readonly onScroll: () => void;
}

/**
 * Keeps the end of `content` in sight while it grows within `scroller`, until the user scrolls up. It scrolls once per frame and after the
 * browser's layout, so that it does not force one. Showing another `subject` begins at its end.
 */
export function useEnd(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  subject: string,
): End {
  const [isAtEnd, setAtEnd] = useState(true);
  const follows = useRef(true);
  const lastTop = useRef(0);
  const follow = useCallback((isFollowing: boolean) => {
    follows.current = isFollowing;
    setAtEnd(isFollowing);
  }, []);
  const toEnd = useCallback(() => {
    follow(true);
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, [scroller, follow]);

  useEffect(() => {
    toEnd();
    if (!scroller.current || !content.current) return;
    const observer = new ResizeObserver(() => {
      if (follows.current) toEnd();
    });
    observer.observe(content.current);
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [scroller, content, subject, toEnd]);

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const { scrollHeight, scrollTop, clientHeight } = element;
    // New text moves the end away, but only a user goes up.
    if (scrollHeight - scrollTop - clientHeight < NEAR) follow(true);
    else if (scrollTop < lastTop.current) follow(false);
    lastTop.current = scrollTop;
  }, [scroller, follow]);

  return { isAtEnd, toEnd, onScroll };
}
