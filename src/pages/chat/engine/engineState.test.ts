import { describe, expect, it } from 'vitest';
import { ForetokenError, type LoadProgress } from '../../../client/index.ts';
import { DEFAULT_ENGINE } from '../settings/settings.ts';
import { BUNDLED_PAIR, choiceOf, sourceOf } from './choices.ts';
import { type EngineAction, initialEngine, reduceEngine, totalProgress } from './engineState.ts';

const START = initialEngine(BUNDLED_PAIR, DEFAULT_ENGINE, 0);
const reached = (actions: readonly EngineAction[]) => actions.reduce(reduceEngine, START);

const progress = (model: 'target' | 'draft', loadedBytes: number, totalBytes: number): LoadProgress => ({
  model,
  phase: 'weights',
  loadedBytes,
  totalBytes,
});

describe('loading', () => {
  it('adds up the bytes of both models and divides by the time since loading began', () => {
    const { status } = reached([
      { type: 'load', now: 1000 },
      { type: 'progress', progress: progress('target', 0, 3_000_000), now: 1000 },
      { type: 'progress', progress: progress('draft', 0, 1_000_000), now: 1500 },
      { type: 'progress', progress: progress('target', 2_000_000, 3_000_000), now: 2000 },
    ]);
    if (status.kind !== 'loading') throw new Error(status.kind);
    expect(totalProgress(status)).toEqual({ loadedBytes: 2_000_000, totalBytes: 4_000_000 });
    expect(status.bytesPerSecond).toBe(2_000_000);
  });

  it('clears the failure of the previous attempt', () => {
    const error = new ForetokenError('invalid_gguf', 'bad magic');
    expect(reached([{ type: 'failed', error }]).status).toEqual({ kind: 'failed', error });
    expect(
      reached([
        { type: 'failed', error },
        { type: 'load', now: 0 },
      ]).status.kind,
    ).toBe('loading');
  });
});

describe('choosing models', () => {
  it.each(['target', 'draft'] as const)('knows the bundled %s by its address', role => {
    const address = sourceOf(role, { kind: 'bundled' });
    expect(choiceOf(role, address)).toEqual({ kind: 'bundled' });
    expect(choiceOf(role, 'https://example.com/a.gguf').kind).toBe('url');
  });

  it('loads with the context that fits, until the user sets one', () => {
    const chosen = { type: 'choose', choices: { ...BUNDLED_PAIR, nCtx: 512 } } as const;
    expect(reached([chosen]).choices.nCtx).toBe(512);
    expect(reached([chosen, { type: 'settings', settings: { cacheType: 'f32' } }]).choices.nCtx).toBe(512);
    const set = reached([chosen, { type: 'settings', settings: { nCtx: 1024 } }]);
    expect([set.choices.nCtx, set.settings.nCtx]).toEqual([null, 1024]);
  });
});
