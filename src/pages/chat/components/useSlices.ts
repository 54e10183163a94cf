import { useEffect, useState } from 'preact/hooks';

/** Messages that one frame adds: some 10 ms of work on a slow machine. */
const SLICE = 24;

/** Number of the last of `total` messages that are drawn so far: a long conversation opens at its end, and grows upwards frame by frame. */
export function useSlices(conversationId: string, total: number): number {
  const [drawn, setDrawn] = useState({ conversationId, n: SLICE });
  const n = drawn.conversationId === conversationId ? drawn.n : SLICE;
  useEffect(() => {
    if (n >= total) return;
    const frame = requestAnimationFrame(() => setDrawn({ conversationId, n: n + SLICE }));
    return () => cancelAnimationFrame(frame);
  }, [conversationId, n, total]);
  return Math.min(n, total);
}
