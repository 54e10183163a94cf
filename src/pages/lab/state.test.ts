import { describe, expect, it } from 'vitest';
import type { LabEvent } from '../../lab/labOptions.ts';
import { ForetokenError } from '../../util/errors.ts';
import { type Action, initialState, progressOf, reduce, type State } from './state.ts';

const planned = (id: string, weight = 1) => ({ id, weight, part: 'controls' as const });
const control = (id: string, status: 'success' | 'wrong-result'): LabEvent => ({
  kind: 'found',
  id,
  findings: [{ part: 'controls', entry: { id, kernel: 'k', fault: 'f', status, message: 'm' } }],
});

function reached(...actions: readonly Action[]): State {
  return actions.reduce(reduce, initialState('auto', null));
}

const event = (event: LabEvent, now = 0): Action => ({ type: 'event', event, now });
const start = (only?: string[]): Action => ({
  type: 'start',
  options: { set: 'quick', ...(only && { only }) },
});

describe('a run', () => {
  it('starts empty, but single cases keep the earlier results', () => {
    const first = [start(), event(control('a', 'success')), event(control('b', 'success'))];
    const failed: Action = { type: 'failed', error: new ForetokenError('internal', 'gone') };
    expect(reached(...first, failed, start()).results.size).toBe(0);
    const again = reached(...first, failed, start(['a']), event(control('a', 'wrong-result')));
    expect([...again.results.values()].flat().map(({ status }) => status)).toEqual([
      'wrong-result',
      'success',
    ]);
    expect(again.problem).toBeNull();
  });

  it('ignores events after its end', () => {
    const failed: Action = { type: 'failed', error: new ForetokenError('internal', 'gone') };
    expect(reached(start(), failed, event(control('a', 'success'))).results.size).toBe(0);
  });
});

describe('progress', () => {
  const plan = event({ kind: 'plan', jobs: [planned('a', 1), planned('b', 3)] });
  const begin = (id: string, now: number) => event({ kind: 'begin', id }, now);
  const running = (...actions: readonly Action[]) => {
    const state = reached(start(), plan, ...actions);
    if (!state.running) throw new Error('nothing runs');
    return state.running;
  };

  it('has no estimate before a job is done', () => {
    expect(progressOf(running(begin('a', 1000)), 2000)).toEqual({ share: 0, secondsLeft: null });
  });

  it('follows the weights of jobs', () => {
    const half = running(begin('a', 1000), event(control('a', 'success'), 3000));
    expect(progressOf(half, 3000)).toEqual({ share: 0.25, secondsLeft: 6 });
  });

  it('excludes pauses', () => {
    const phase = (phase: 'paused' | 'running', now: number): Action => ({ type: 'phase', phase, now });
    const actions = [begin('a', 1000), event(control('a', 'success'), 3000), phase('paused', 3000)];
    expect(progressOf(running(...actions), 60_000).secondsLeft).toBe(6);
    expect(progressOf(running(...actions, phase('running', 60_000)), 60_000).secondsLeft).toBe(6);
  });
});
