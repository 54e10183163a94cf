import { describe, expect, it } from 'vitest';
import { ForetokenError, type LoadProgress } from '../../../client/index.ts';
import { DEFAULT_ENGINE } from '../settings/settings.ts';
import { BUNDLED_PAIR, initialModels, type ModelAction, reduceModels, totalProgress } from './modelState.ts';

const START = initialModels(BUNDLED_PAIR, DEFAULT_ENGINE, 0);
const reached = (actions: readonly ModelAction[]) => actions.reduce(reduceModels, START);

const progress = (model: 'target' | 'draft', loadedBytes: number, totalBytes: number): LoadProgress => ({
  model,
  phase: 'weights',
  loadedBytes,
  totalBytes,
});

describe('loading', () => {
  it('adds up the bytes of both models and divides by the time since loading began', () => {
    const { engine } = reached([
      { type: 'load', now: 1000 },
      { type: 'progress', progress: progress('target', 0, 3_000_000), now: 1000 },
      { type: 'progress', progress: progress('draft', 0, 1_000_000), now: 1500 },
      { type: 'progress', progress: progress('target', 2_000_000, 3_000_000), now: 2000 },
    ]);
    if (engine.kind !== 'loading') throw new Error(engine.kind);
    expect(totalProgress(engine)).toEqual({ loadedBytes: 2_000_000, totalBytes: 4_000_000 });
    expect(engine.bytesPerSecond).toBe(2_000_000);
  });

  it('clears the failure of the previous attempt', () => {
    const error = new ForetokenError('invalid_gguf', 'bad magic');
    expect(reached([{ type: 'failed', error }]).engine).toEqual({ kind: 'failed', error });
    expect(
      reached([
        { type: 'failed', error },
        { type: 'load', now: 0 },
      ]).engine.kind,
    ).toBe('loading');
  });
});

describe('choosing models', () => {
  const url = { kind: 'url', url: 'https://example.com/a.gguf' } as const;

  it('drops the bundled draft if the target is not the bundled one', () => {
    const { choices } = reached([{ type: 'choose', role: 'target', choice: url }]);
    expect(choices).toEqual({ target: url, draft: { kind: 'none' } });
  });

  it('keeps the user’s own draft', () => {
    const { choices } = reached([
      { type: 'choose', role: 'draft', choice: url },
      { type: 'choose', role: 'target', choice: url },
    ]);
    expect(choices.draft).toEqual(url);
  });
});
