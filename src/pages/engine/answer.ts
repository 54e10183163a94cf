import { ForetokenError } from '../../client/index.ts';
import type { FromTab, ToTab } from '../../protocol/tab.ts';
import { EXCHANGE_ORIGIN } from '../../protocol/worker.ts';

export type TabRequest = Extract<ToTab, { kind: 'request' }>;

type Fetch = (input: URL, init: RequestInit) => Promise<Response>;

/** Answers one request of the process with `fetch`, piece by piece. Never rejects; sends nothing once `signal` has aborted. */
export async function answer(
  fetch: Fetch,
  { id, method, path, headers }: TabRequest,
  body: Uint8Array,
  send: (message: FromTab, bytes?: Uint8Array) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const response = await fetch(new URL(EXCHANGE_ORIGIN + path), {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      body: ['GET', 'HEAD'].includes(method) ? null : body.slice(),
      signal,
    });
    send({ kind: 'head', id, status: response.status, headers: [...response.headers] });
    if (response.body) {
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        send({ kind: 'chunk', id }, value);
      }
    }
    send({ kind: 'end', id });
  } catch (error) {
    if (!signal.aborted) send({ kind: 'error', id, error: ForetokenError.from(error).toWire() });
  }
}
