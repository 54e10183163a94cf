import { useEffect, useRef, useState } from 'preact/hooks';

/** `value` as it was at most `pauseMs` ago: a value that changes often is drawn less often. */
export function useThrottled<Value>(value: Value, pauseMs: number): Value {
  const [shown, setShown] = useState(value);
  const latest = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  latest.current = value;
  useEffect(() => {
    timer.current ??= setTimeout(() => {
      timer.current = null;
      setShown(latest.current);
    }, pauseMs);
  });
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  return shown;
}
