import type { LabOptions } from '../../lab/labOptions.ts';
import { readProvenance } from '../../lab/provenance.ts';
import { type LabRun, startLab } from '../../lab/startLab.ts';
import type { Report } from '../../report/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { Store } from '../frame/store.ts';
import type { Action, State } from './state.ts';

/** Executes the page's actions, one run at a time. */
export class Session {
  readonly #store: Store<State, Action>;
  #run: LabRun | null = null;

  constructor(store: Store<State, Action>) {
    this.#store = store;
  }

  /** Detects the GPU. */
  async look(): Promise<void> {
    const { dispatch } = this.#store;
    dispatch({ type: 'device', device: { kind: 'asking' } });
    try {
      const provenance = await readProvenance(new Map(), []);
      dispatch({ type: 'device', device: { kind: 'known', provenance } });
    } catch (error) {
      dispatch({ type: 'device', device: { kind: 'none', error: ForetokenError.from(error) } });
    }
  }

  /** Runs the lab to its end. Throws whatever `LabRun.report` rejects with, and `no_slot` during another run. */
  async run(options: LabOptions): Promise<Report> {
    if (this.#run) throw new ForetokenError('no_slot', 'a run is under way; wait for it, or stop it');
    const { dispatch } = this.#store;
    dispatch({ type: 'start', options });
    const run = startLab(options, event => {
      dispatch({ type: 'event', event, now: performance.now() });
    });
    this.#run = run;
    try {
      const report = await run.report;
      dispatch({ type: 'ended', report });
      return report;
    } catch (error) {
      dispatch({ type: 'failed', error: ForetokenError.from(error) });
      throw error;
    } finally {
      this.#run = null;
    }
  }

  /** Like `run`, for a button: the page shows failures. */
  start(options: LabOptions): void {
    this.run(options).catch(() => {});
  }

  pause(): void {
    this.#run?.pause();
    this.#phase('paused');
  }

  resume(): void {
    this.#run?.resume();
    this.#phase('running');
  }

  stop(): void {
    this.#run?.stop();
    this.#phase('stopping');
  }

  #phase(phase: 'running' | 'paused' | 'stopping'): void {
    this.#store.dispatch({ type: 'phase', phase, now: performance.now() });
  }
}
