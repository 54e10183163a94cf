import type { SpeculationTrace, Timings } from '../../../client/index.ts';
import { type Fetch, jsonEvents, postJson } from '../../../client/jsonRequest.ts';
import { joinTraces } from '../../../protocol/joinTraces.ts';
import { ForetokenError } from '../../../util/errors.ts';
import type { Store } from '../../frame/store.ts';
import { OneRun } from '../oneRun.ts';
import {
  type Answer,
  type ComparisonAction,
  type Comparisons,
  comparisonOf,
  nextOrder,
  type Way,
} from './comparison.ts';

/** Request to compare, of the answer `id`: a route of the server, and its body, with a seed. */
export interface ComparedRequest {
  readonly id: string;
  readonly path: '/completion' | '/v1/chat/completions';
  readonly body: object;
}

/** Runs one request with and without speculation, one after the other. Reports only to the store. */
export class Comparer {
  readonly #store: Store<Comparisons, ComparisonAction>;
  readonly #run = new OneRun();

  constructor(store: Store<Comparisons, ComparisonAction>) {
    this.#store = store;
  }

  /** Runs `request` once in each way, and adds the pair to those of its answer. One comparison runs at a time. */
  compare(request: ComparedRequest, fetch: Fetch): Promise<void> {
    return this.#run.start(signal => this.#pair(request, fetch, signal));
  }

  stop(): void {
    this.#run.stop();
  }

  async #pair(request: ComparedRequest, fetch: Fetch, signal: AbortSignal): Promise<void> {
    const { id } = request;
    try {
      const [first, second] = nextOrder(comparisonOf(this.#store.state, id));
      const earlier = await this.#answer(first, false, request, fetch, signal);
      const later = await this.#answer(second, true, request, fetch, signal);
      const pair = first === 'with' ? { with: earlier, without: later } : { with: later, without: earlier };
      this.#store.dispatch({ type: 'compared', id, pair });
    } catch (error) {
      this.#store.dispatch(
        signal.aborted
          ? { type: 'stopped', id }
          : { type: 'failed', id, message: ForetokenError.from(error).message },
      );
    }
  }

  async #answer(
    way: Way,
    isSecond: boolean,
    { id, path, body }: ComparedRequest,
    fetch: Fetch,
    signal: AbortSignal,
  ): Promise<Answer> {
    this.#store.dispatch({ type: 'started', id, way, isSecond });
    const asked = {
      ...body,
      stream: true,
      timings_per_token: true,
      speculation_trace: true,
      // A literal name has precedence over every other spelling.
      ...(way === 'without' && { 'speculative.n_max': 0 }),
    };
    const response = await postJson(fetch, path, asked, signal);
    const traces: SpeculationTrace[] = [];
    let last: Timings | null = null;
    for await (const event of jsonEvents(response)) {
      const { trace, timings } = partIn(event);
      if (trace) traces.push(trace);
      if (!timings) continue;
      last = timings;
      const { predicted_n, predicted_per_second } = timings;
      this.#store.dispatch({ type: 'grown', id, nTokens: predicted_n, perSecond: predicted_per_second });
    }
    if (last === null || traces.length === 0) {
      throw new ForetokenError('internal', 'the answer has no speculation_trace or no timings');
    }
    return { trace: joinTraces(traces), timings: last };
  }
}

/** Parts of an event of either route that are compared. The server of this page wrote it. */
function partIn(event: unknown): {
  readonly trace: SpeculationTrace | undefined;
  readonly timings: Timings | undefined;
} {
  const { speculation_trace, choices, timings } = event as {
    readonly speculation_trace?: SpeculationTrace;
    readonly choices?: readonly { readonly speculation_trace?: SpeculationTrace }[];
    readonly timings?: Timings;
  };
  return { trace: speculation_trace ?? choices?.[0]?.speculation_trace, timings };
}
