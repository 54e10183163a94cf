import { errorBodyAt, errorEventAt } from '../protocol/errorBody.ts';
import type { Exchange } from '../protocol/exchange.ts';
import { recordOf } from '../protocol/exchange.ts';
import { receive } from '../protocol/receive.ts';
import { Replay } from '../protocol/replay.ts';
import { Guest } from '../tabs/guest.ts';
import { isHeld, type Locks } from '../tabs/locks.ts';
import { ForetokenError } from '../util/errors.ts';

/** Time for a tab that has an engine to answer a service worker that has just started. The browser may have suspended the tab. */
const FIND_LIMIT_MS = 10_000;

/** Engine of the tab that answers for the origin. The tabs take turns: when one goes, another follows. */
export class OriginEngine {
  readonly #locks: Locks;
  readonly #key: string;
  readonly #replay = new Replay();
  #isFound = false;

  constructor(locks: Locks, key: string) {
    this.#locks = locks;
    this.#key = key;
    const guest = new Guest(locks, key, {
      found: ({ state }) => {
        if (state.kind !== 'ready') return;
        this.#isFound = true;
        this.#replay.connect(guest.exchange);
      },
      gone: () => void this.#lose(),
    });
  }

  /** Answers a request with `path` instead of its own; with 503 if no tab has an engine. Rejects if its client is gone. */
  async answer(request: Request, path: string): Promise<Response> {
    const [route = path] = path.split('?');
    try {
      await this.#mayBeFound();
      const record = { ...(await recordOf(request)), path };
      return await receive(withErrorEvents(this.#replay.exchange, route), record, request.signal);
    } catch (error) {
      request.signal.throwIfAborted();
      const failure = ForetokenError.from(error);
      return Response.json(errorBodyAt(route, failure), { status: failure.status });
    }
  }

  /** Throws if no tab has an engine. Otherwise requests may wait until the tab answers. */
  async #mayBeFound(): Promise<void> {
    if (this.#isFound) return;
    if (!(await isHeld(this.#locks, this.#key))) throw noEngine();
    setTimeout(() => {
      if (!this.#isFound) this.#replay.drop(noEngine());
    }, FIND_LIMIT_MS);
  }

  async #lose(): Promise<void> {
    this.#isFound = false;
    this.#replay.disconnect(
      new ForetokenError('device_lost', 'the tab with the engine is gone; send the request again'),
    );
    // The next tab has the lock by now, if there is one.
    if (!(await isHeld(this.#locks, this.#key))) this.#replay.drop(noEngine());
  }
}

function noEngine(): ForetokenError {
  return new ForetokenError(
    'no_engine',
    'no open tab of this origin has an engine; open a page that calls serveOrigin(), and send the request again',
  );
}

/** Ends an event stream that fails with an event, as llama-server does, instead of a network error. */
function withErrorEvents(exchange: Exchange, route: string): Exchange {
  return (request, deliver) => {
    let isStream = false;
    return exchange(request, message => {
      if (message.kind === 'head') {
        isStream = message.headers.some(
          ([name, value]) => name === 'content-type' && value.startsWith('text/event-stream'),
        );
      }
      if (message.kind !== 'error' || !isStream) {
        deliver(message);
        return;
      }
      const event = errorEventAt(route, ForetokenError.fromWire(message.error));
      deliver({ kind: 'chunk', bytes: new TextEncoder().encode(event) });
      deliver({ kind: 'end' });
    });
  };
}
