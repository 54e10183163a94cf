/**
 * Resolves in a new task of the event loop, so that requests, cancellations and timers are handled. Browsers delay a nested
 * `setTimeout` by 4 ms, as long as a decoding step; a message is delivered at once.
 */
export function nextTask(): Promise<void> {
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
