import type { Failure, Incident } from '../report/index.ts';
import type { Bench } from './bench.ts';
import { failureOf } from './failure.ts';
import type { Gate } from './gate.ts';
import { type Finding, isTimed, type Job } from './job.ts';

/** Receives the events of a run. */
export interface JobEvents {
  begin(job: Job): void;
  found(job: Job, findings: readonly Finding[]): void;
  incident(incident: Incident): void;
}

/** Reason why a job ended without findings: it was stopped, or took too long. */
type Interruption = 'stopped' | Failure;

/**
 * Runs jobs one after another, as long as the gate is open. If a job throws, hangs or loses its device, the failure is its
 * finding, and the next job gets a sound device.
 */
export async function runJobs(
  jobs: readonly Job[],
  bench: Bench,
  gate: Gate,
  events: JobEvents,
): Promise<void> {
  const incident = (what: Incident['what'], message: string, job?: Job) =>
    events.incident({
      at: new Date().toISOString(),
      what,
      message,
      ...(job && { caseId: job.id }),
    });
  for (const job of jobs) {
    if (!gate.isOpen) {
      const hidden = gate.isHidden;
      const why = hidden ? 'the run waited while its tab was hidden' : 'the run was paused';
      incident(hidden ? 'visibility-interrupted' : 'paused', why);
      await gate.pass();
    }
    if (gate.stopped.aborted) break;
    gate.takeHidden();
    events.begin(job);
    const outcome = await attempt(job, bench, gate.stopped);
    if (outcome === 'stopped') break;
    const fault = bench.settle();
    const wasHidden = gate.takeHidden();
    const failure = 'status' in outcome ? outcome : fault;
    if (failure && isIncident(failure)) {
      // Work that is still running on a hanging device must not affect the next job.
      bench.discard();
      incident(failure.status, failure.message, job);
    } else if (fault) {
      incident('error', fault.message, job);
    }
    if (failure) events.found(job, job.failed(failure));
    else if (wasHidden && isTimed(job.part)) {
      const message = 'the tab was hidden meanwhile, and browsers slow down what nobody sees';
      incident('visibility-interrupted', message, job);
      events.found(job, job.failed({ status: 'visibility-interrupted', message }));
    } else if (!('status' in outcome)) events.found(job, outcome.findings);
  }
  if (gate.stopped.aborted) incident('stopped', 'the run was stopped before its end');
  bench.discard();
}

async function attempt(
  job: Job,
  bench: Bench,
  stopped: AbortSignal,
): Promise<Interruption | { readonly findings: readonly Finding[] }> {
  const interruption = new AbortController();
  const interrupted = new Promise<Interruption>(resolve => {
    const { signal } = interruption;
    stopped.addEventListener('abort', () => resolve('stopped'), { signal });
    const message = `it took longer than ${job.limitMs / 1000} s`;
    const timer = setTimeout(() => resolve({ status: 'timeout', message }), job.limitMs);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
  const loss = bench.loss();
  const work = job.run(bench).then(
    findings => ({ findings }),
    // A lost device rejects pending calls before it reports the loss.
    async error => (await soon(loss)) ?? failureOf(error),
  );
  const outcome = await Promise.race([work, interrupted, loss]);
  interruption.abort();
  return outcome;
}

const LOSS_GRACE_MS = 100;

function soon(loss: Promise<Failure>): Promise<Failure | null> {
  return Promise.race([loss, new Promise<null>(resolve => setTimeout(() => resolve(null), LOSS_GRACE_MS))]);
}

function isIncident(failure: Failure): failure is Failure & { status: 'device-lost' | 'timeout' | 'oom' } {
  return ['device-lost', 'timeout', 'oom'].includes(failure.status);
}
