import { describe, expect, it } from 'vitest';
import { type CompletionPartial, type CompletionResponse, ForetokenError } from '../../../client/index.ts';
import { type CompleteAction, INITIAL_COMPLETE, promptWith, reduceComplete } from './completeState.ts';

const reached = (actions: readonly CompleteAction[]) => actions.reduce(reduceComplete, INITIAL_COMPLETE);
const BEGUN: readonly CompleteAction[] = [
  { type: 'prompt', prompt: 'Once' },
  { type: 'run', now: 100 },
  { type: 'asked', request: { settings: {}, seed: 1, models: { target: '', draft: null } } },
];

function event(content: string, rest: Partial<CompletionPartial> = {}, now = 200): CompleteAction {
  const partial = {
    index: 0,
    content,
    tokens: [1],
    stop: false,
    id_slot: 0,
    tokens_predicted: 1,
    tokens_evaluated: 1,
    drafted: false,
    ...rest,
  } as const;
  return { type: 'event', event: partial, now };
}

describe('a run', () => {
  it('keeps tokens apart, with their origin, and measures the time to the first one', () => {
    const { run } = reached([
      ...BEGUN,
      event(' a', {}, 138),
      event('', {}, 150),
      event(' b', { drafted: true }),
    ]);
    expect(run).toMatchObject({ phase: 'running', firstTokenMs: 38 });
    expect(run?.pieces).toEqual([
      { text: ' a', drafted: false, odds: null },
      { text: ' b', drafted: true, odds: null },
    ]);
  });

  it('has the probability of a token and of the alternatives to it', () => {
    const entry = (token: string, logprob: number) => ({ id: 1, token, bytes: [], logprob });
    const probabilities = [{ ...entry(' a', Math.log(0.5)), top_logprobs: [entry(' b', Math.log(0.25))] }];
    const { run } = reached([...BEGUN, event(' a', { completion_probabilities: probabilities })]);
    expect(run?.pieces[0].odds?.probability).toBeCloseTo(0.5);
    expect(run?.pieces[0].odds?.alternatives[0]).toMatchObject({
      text: ' b',
      probability: expect.closeTo(0.25),
    });
    expect(run && promptWith(run, 0, ' b')).toBe('Once b');
  });

  it.each([
    { stop_type: 'eos', truncated: false, ending: 'The model ended its text after 1 token.' },
    { stop_type: 'limit', truncated: false, ending: 'Reached the limit of 1 token.' },
    { stop_type: 'limit', truncated: true, ending: 'The context was full after 1 token.' },
  ] as const)('says why it ended: $ending', ({ ending, ...rest }) => {
    const last = { stop: true, tokens_predicted: 1, ...rest } as CompletionResponse;
    const { run } = reached([...BEGUN, event(' a'), { type: 'event', event: last, now: 300 }]);
    expect(run).toMatchObject({ phase: 'finished', ending });
  });

  it('keeps its text when it is stopped or fails', () => {
    const error = new ForetokenError('device_lost', 'gone');
    expect(reached([...BEGUN, event(' a'), { type: 'stopped' }]).run).toMatchObject({ phase: 'stopped' });
    expect(reached([...BEGUN, event(' a'), { type: 'failed', error }]).run).toMatchObject({
      phase: 'failed',
      error,
      pieces: [{ text: ' a' }],
    });
  });

  it('ignores events if there is none', () => {
    expect(reached([event('a')])).toBe(INITIAL_COMPLETE);
  });
});
