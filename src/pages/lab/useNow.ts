import { useEffect, useState } from 'preact/hooks';

const TICK_MS = 1000;

/** Current time, updated every second. */
export function useNow(): number {
  const [now, setNow] = useState(performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
