import type { Incident, Report } from '../report/index.ts';
import { ForetokenError } from '../util/errors.ts';
import { buildReport } from './buildReport.ts';
import type { Finding } from './job.ts';
import type { LabCommand, LabEvent, LabMessage, LabOptions } from './options.ts';
import type { KnownProvenance } from './provenance.ts';

/** A run that goes on in a worker of its own. */
export interface LabRun {
  /** Rejects where there is nothing to report: with `no_webgpu`, `not_found`, or `internal` when the worker died. */
  readonly report: Promise<Report>;
  pause(): void;
  resume(): void;
  /** Ends the run; `report` then resolves to what was done. */
  stop(): void;
}

/** How long a run that was stopped may take to report: a thread that hangs never does, and then the page does. */
const STOP_GRACE_MS = 5_000;

/** Starts a run for this page, which is told when nobody sees it. */
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

/** What the worker told before it fell silent. */
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

  /** A report of it, or null where not even the adapter is known. */
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
