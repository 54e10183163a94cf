import { answerOverPort } from '../protocol/channel.ts';
import type { MemoryEstimate } from '../protocol/estimate.ts';
import { respond } from '../protocol/respond.ts';
import type { LoadProgress, ServerReport } from '../protocol/serverReport.ts';
import type { Counters, EngineApi, WireOptions } from '../protocol/worker.ts';
import { ForetokenError, type WireError } from '../util/errors.ts';
import { outcome } from './outcome.ts';

/** Loaded models and everything built on them. */
export interface Composition {
  readonly report: ServerReport;
  /** Resolves when the GPU device is lost. */
  readonly lost: Promise<ForetokenError>;
  fetch(request: Request): Promise<Response>;
  counters(): Counters;
  close(): Promise<void>;
}

export type Compose = (
  options: WireOptions,
  onProgress: (progress: LoadProgress) => void,
  onLog: (line: string) => void,
) => Promise<Composition>;

/** Creates the worker's side of the boundary: `load` creates the composition, `close` frees it. */
export function createEngineApi(
  compose: Compose,
  estimate: (options: WireOptions) => Promise<MemoryEstimate>,
): EngineApi {
  let loading: Promise<Composition> | undefined;

  function loaded(): Promise<Composition> {
    return loading ?? Promise.reject(new ForetokenError('loading', 'no model is loaded; call load() first'));
  }

  return {
    load(options, onProgress, onLog) {
      loading ??= compose(options, onProgress, onLog);
      return outcome(async () => (await loaded()).report);
    },
    estimate: options => outcome(() => estimate(options)),
    connect(port) {
      answerOverPort(
        respond(async request => (await loaded()).fetch(request)),
        port,
      );
    },
    counters: () => outcome(async () => (await loaded()).counters()),
    lost: async (): Promise<WireError> => (await (await loaded()).lost).toWire(),
    async close() {
      const composition = await loading?.catch(() => undefined);
      loading = Promise.reject(new ForetokenError('closed', 'the server is closed; create another one'));
      loading.catch(() => {});
      await composition?.close();
    },
  };
}
