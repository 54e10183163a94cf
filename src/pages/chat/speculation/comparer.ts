import type { CompletionResponse, Timings } from '../../../client/index.ts';
import { type Fetch, postJson } from '../../../client/jsonRequest.ts';
import { ForetokenError } from '../../../util/errors.ts';
import type { Store } from '../../frame/store.ts';
import { OneRun } from '../oneRun.ts';
import { type Answer, type Comparison, type ComparisonAction, nextOrder, type Way } from './comparison.ts';

/** Request to compare: a route of the server, and its body. */
export interface ComparedRequest {
  readonly path: '/completion' | '/v1/chat/completions';
  readonly body: Readonly<Record<string, unknown>>;
}

/** Runs one request with and without speculation, one after the other. Reports only to the store. */
export class Comparer {
  readonly #store: Store<Comparison, ComparisonAction>;
  readonly #randomSeed: () => number;
  readonly #run = new OneRun();

  /** `randomSeed` is the seed of requests without one, from 0 to 2^32 - 2. */
  constructor(
    store: Store<Comparison, ComparisonAction>,
    randomSeed = () => Math.floor(Math.random() * (2 ** 32 - 1)),
  ) {
    this.#store = store;
    this.#randomSeed = randomSeed;
  }

  /** Runs `request` once in each way, with the same seed, and adds the pair to those before it. */
  compare(request: ComparedRequest, fetch: Fetch): Promise<void> {
    return this.#run.start(signal => this.#pair(request, fetch, signal));
  }

  stop(): void {
    this.#run.stop();
  }

  async #pair(request: ComparedRequest, fetch: Fetch, signal: AbortSignal): Promise<void> {
    const { seed } = request.body;
    const isFixed = typeof seed === 'number' && seed >= 0;
    const body = { ...request.body, seed: isFixed ? seed : this.#randomSeed() };
    try {
      const [first, second] = nextOrder(this.#store.state);
      const earlier = await this.#answer(first, false, { ...request, body }, fetch, signal);
      const later = await this.#answer(second, true, { ...request, body }, fetch, signal);
      const pair = first === 'with' ? { with: earlier, without: later } : { with: later, without: earlier };
      this.#store.dispatch({ type: 'compared', pair });
    } catch (error) {
      this.#store.dispatch(
        signal.aborted
          ? { type: 'stopped' }
          : { type: 'failed', message: ForetokenError.from(error).message },
      );
    }
  }

  async #answer(
    way: Way,
    isSecond: boolean,
    { path, body }: ComparedRequest,
    fetch: Fetch,
    signal: AbortSignal,
  ): Promise<Answer> {
    this.#store.dispatch({ type: 'started', way, isSecond });
    const asked = {
      ...body,
      stream: false,
      speculation_trace: true,
      // A literal name has precedence over every other spelling.
      ...(way === 'without' && { 'speculative.n_max': 0 }),
    };
    const response = await postJson(fetch, path, asked, signal);
    return answerIn(await response.json());
  }
}

/** Parts of an answer of either route that are compared. The server of this page wrote it. */
function answerIn(body: unknown): Answer {
  const answer = body as Partial<CompletionResponse> & {
    readonly choices?: readonly Pick<CompletionResponse, 'speculation_trace'>[];
    readonly timings: Timings;
  };
  const trace = answer.speculation_trace ?? answer.choices?.[0]?.speculation_trace;
  if (trace === undefined) throw new ForetokenError('internal', 'the answer has no speculation_trace');
  return { trace, timings: answer.timings };
}
