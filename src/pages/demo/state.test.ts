import { describe, expect, it } from 'vitest';
import { type CompletionChunk, ForetokenError, type LoadProgress } from '../../client/index.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { type Action, initialState, reduce, type State, totalProgress } from './state.ts';

const START = initialState({ theme: 'auto', settings: DEFAULT_SETTINGS }, 0);
const reached = (actions: readonly Action[], from: State = START) => actions.reduce(reduce, from);

const progress = (model: 'target' | 'draft', loadedBytes: number, totalBytes: number): LoadProgress => ({
  model,
  phase: 'weights',
  loadedBytes,
  totalBytes,
});

const partial = (content: string, drafted: boolean): CompletionChunk => ({
  index: 0,
  content,
  tokens: [1],
  stop: false,
  id_slot: 0,
  tokens_predicted: 1,
  tokens_evaluated: 1,
  drafted,
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

  it('clears the problem of the previous attempt', () => {
    const error = new ForetokenError('invalid_gguf', 'bad magic');
    const failed = reached([{ type: 'engineFailed', error }]);
    expect(failed).toMatchObject({ engine: { kind: 'failed' }, problem: error });
    expect(reduce(failed, { type: 'load', now: 0 }).problem).toBeNull();
  });
});

describe('choosing models', () => {
  const url = { kind: 'url', url: 'https://example.com/a.gguf' } as const;

  it('drops the bundled draft if the target is not the bundled one', () => {
    const { models } = reached([{ type: 'choose', role: 'target', choice: url }]);
    expect(models).toEqual({ target: url, draft: { kind: 'none' } });
  });

  it('keeps the user’s own draft', () => {
    const { models } = reached([
      { type: 'choose', role: 'draft', choice: url },
      { type: 'choose', role: 'target', choice: url },
    ]);
    expect(models.draft).toEqual(url);
  });
});

describe('a run', () => {
  const begin: Action = { type: 'run', now: 100 };
  const event = (content: string, drafted: boolean, now = 200): Action => ({
    type: 'event',
    event: partial(content, drafted),
    now,
  });

  it('joins the text of consecutive tokens of one origin', () => {
    const { run } = reached([begin, event('a', false), event('b', true), event('', false), event('c', true)]);
    expect(run?.spans).toEqual([
      { text: 'a', drafted: false },
      { text: 'bc', drafted: true },
    ]);
  });

  it('measures the time to the first event only', () => {
    expect(reached([begin, event('a', false, 138), event('b', false, 500)]).run?.firstTokenMs).toBe(38);
  });

  it('keeps the text when it is stopped or fails, and nothing if there is none', () => {
    const error = new ForetokenError('device_lost', 'gone');
    expect(reached([begin, event('a', false), { type: 'stopped' }]).run).toMatchObject({ phase: 'stopped' });
    expect(reached([begin, event('a', false), { type: 'runFailed', error }]).run).toMatchObject({
      phase: 'failed',
    });
    expect(reached([begin, { type: 'runFailed', error }])).toMatchObject({ run: null, problem: error });
  });

  it('does not hide the failure of the engine', () => {
    const lost = new ForetokenError('device_lost', 'gone');
    const error = new ForetokenError('internal', 'decode failed');
    expect(
      reached([begin, { type: 'engineFailed', error: lost }, { type: 'runFailed', error }]).problem,
    ).toBe(lost);
  });

  it('ignores events if there is no run', () => {
    expect(reduce(START, event('a', false))).toBe(START);
  });
});

it('resets settings to their defaults and leaves other state unchanged', () => {
  const changed = reached([
    { type: 'settings', settings: { temperature: 2 } },
    { type: 'theme', theme: 'dark' },
  ]);
  expect(changed.settings.temperature).toBe(2);
  expect(reduce(changed, { type: 'resetSettings' })).toMatchObject({
    settings: DEFAULT_SETTINGS,
    theme: 'dark',
  });
});
