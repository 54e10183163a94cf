/**
 * Wraps a function of the page that listens to events of the worker. Its first error is reported as one that nobody caught, so that
 * it is seen and stops nothing; those after it, of the same function several times a second, are not.
 */
export function listenerOf<T>(listener: ((event: T) => unknown) | undefined): (event: T) => Promise<void> {
  let hasFailed = false;
  return async event => {
    try {
      await listener?.(event);
    } catch (error) {
      if (!hasFailed) reportError(error);
      hasFailed = true;
    }
  };
}
