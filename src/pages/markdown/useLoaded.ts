import { useLayoutEffect, useState } from 'preact/hooks';

/**
 * Module that is loaded when it is needed; null until then. It stays null where it cannot be loaded, as without a network: then the
 * caller shows what it can.
 *
 * @param load the same function in every call
 */
export function useLoaded<Module extends object>(
  isNeeded: boolean,
  load: () => Promise<Module>,
): Module | null {
  const [module, setModule] = useState<Module | null>(null);
  // Before the browser paints, so that what is loaded already does not flicker.
  useLayoutEffect(() => {
    if (!isNeeded) return;
    let isMounted = true;
    load().then(
      loaded => isMounted && setModule(loaded),
      () => {},
    );
    return () => {
      isMounted = false;
    };
  }, [isNeeded, load]);
  return module;
}
