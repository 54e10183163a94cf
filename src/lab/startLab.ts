import type { Incident, Report } from '../report/index.ts';
import { ForetokenError } from '../util/errors.ts';
import { buildReport } from './buildReport.ts';
import type { Finding } from './job.ts';
import type { LabCommand, LabEvent, LabMessage, LabOptions } from './labOptions.ts';
import type { KnownProvenance } from './provenance.ts';

/** Run in its own worker. */
export interface LabRun {
  /** Rejects if there is nothing to report: with `no_webgpu`, `not_found`, or `internal` if the worker died. */
  readonly report: Promise<Report>;
  pause(): void;
  resume(): void;
  /** Ends the run; `report` then resolves to what was done. */
  stop(): void;
}

/** Time for a stopped run to report. A hanging thread never does; then the page reports in its place. */
const STOP_GRACE_MS = 5_000;

/** Starts a run for this page and notifies it when the page is hidden or shown. */
export function startLab(options: LabOptions, onEvent: (event: LabEvent) => void): LabRun {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const send = (command: LabCommand) => worker.postMessage(command);
  const soFar = new SoFar(options);
  const ended = new AbortController();
  const { signal } = ended;
  let end: (report: Report) => void = () => {};
  const report = new Promise<Report>((resolve, reject) => {
    end = resolve;
    worker.addEventListener('message', ({ data }: MessageEvent<LabMessage>) => {
      if (data.kind === 'report') resolve(data.report);
      else if (data.kind === 'error') reject(ForetokenError.fromWire(data.error));
      else {
        soFar.take(data.event);
        onEvent(data.event);
      }
    });
    worker.addEventListener('error', ({ message }) => {
      const partial = soFar.report(`the lab's worker stopped: ${message}`);
      if (partial) resolve(partial);
      else reject(new ForetokenError('internal', `the lab's worker stopped: ${message}; reload the page`));
    });
    const told = () => send({ kind: document.hidden ? 'hidden' : 'visible' });
    document.addEventListener('visibilitychange', told, { signal });
  }).finally(() => {
    ended.abort();
    worker.terminate();
  });
  send({ kind: 'run', options, base: document.baseURI, isHidden: document.hidden });
  return {
    report,
    pause: () => send({ kind: 'pause' }),
    resume: () => send({ kind: 'resume' }),
    stop() {
      send({ kind: 'stop' });
      const timer = setTimeout(() => {
        const partial = soFar.report('the run was stopped while its worker did not answer');
        if (partial) end(partial);
      }, STOP_GRACE_MS);
      signal.addEventListener('abort', () => clearTimeout(timer));
    },
  };
}

/** State of the report from the worker's messages so far. */
class SoFar {
  readonly #startedAt = new Date();
  readonly #options: LabOptions;
  readonly #findings: Finding[] = [];
  readonly #incidents: Incident[] = [];
  #provenance: KnownProvenance | null = null;

  constructor(options: LabOptions) {
    this.#options = options;
  }

  take(event: LabEvent): void {
    if (event.kind === 'provenance') this.#provenance = event.provenance;
    else if (event.kind === 'found') this.#findings.push(...event.findings);
    else if (event.kind === 'incident') this.#incidents.push(event.incident);
  }

  /** Report of that state, or null if not even the adapter is known. */
  report(why: string): Report | null {
    if (!this.#provenance) return null;
    const { only, set, label } = this.#options;
    const unknown = { status: 'error', message: why } as const;
    return buildReport({
      startedAt: this.#startedAt,
      set: only ? 'own' : set,
      label,
      provenance: {
        ...this.#provenance,
        models: [],
        clock: 'wall',
        visibility: 'visible',
        thermalDrift: unknown,
      },
      findings: this.#findings,
      incidents: [...this.#incidents, { at: new Date().toISOString(), what: 'error', message: why }],
      whyOmitted: why,
    });
  }
}
