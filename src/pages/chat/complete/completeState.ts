import type {
  CompletionChunk,
  CompletionProbability,
  ForetokenError,
  SpeculationTrace,
  Timings,
} from '../../../client/index.ts';
import { joinTraces } from '../../../protocol/joinTraces.ts';
import { assertNever } from '../../../util/assert.ts';
import type { AnswerRequest } from '../conversation/answerRequest.ts';

/** Token, or several whose text came at once. */
export interface Piece {
  readonly text: string;
  readonly drafted: boolean;
  /** Null where probabilities were not asked for. */
  readonly odds: Odds | null;
}

/** Probability of a token before sampling, and of the likeliest in its place. */
export interface Odds {
  readonly probability: number;
  readonly alternatives: readonly { readonly text: string; readonly probability: number }[];
}

/** Request of a run, besides its prompt. */
export type RunRequest = Pick<AnswerRequest, 'settings' | 'seed' | 'models'>;

/** The last completion. */
export interface Run {
  readonly phase: 'waiting' | 'running' | 'finished' | 'stopped' | 'failed';
  readonly prompt: string;
  /** Null before it is sent. */
  readonly request: RunRequest | null;
  readonly pieces: readonly Piece[];
  readonly trace: SpeculationTrace;
  readonly startedAt: number;
  readonly firstTokenMs: number | null;
  readonly timings: Timings | null;
  /** Sentence with the reason for its end. */
  readonly ending: string;
  readonly error: ForetokenError | null;
}

export interface CompleteState {
  readonly prompt: string;
  /** Whether runs ask for probabilities and alternatives. */
  readonly showsOdds: boolean;
  readonly run: Run | null;
}

export type CompleteAction =
  | { readonly type: 'prompt'; readonly prompt: string }
  | { readonly type: 'showOdds'; readonly isOn: boolean }
  | { readonly type: 'run'; readonly now: number }
  /** The models are loaded and the request is sent. */
  | { readonly type: 'asked'; readonly request: RunRequest }
  | { readonly type: 'event'; readonly event: CompletionChunk; readonly now: number }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly error: ForetokenError };

export const FIRST_PROMPT = 'I believe the meaning of life is';
export const INITIAL_COMPLETE: CompleteState = { prompt: FIRST_PROMPT, showsOdds: true, run: null };

export function reduceComplete(state: CompleteState, action: CompleteAction): CompleteState {
  switch (action.type) {
    case 'prompt':
      return { ...state, prompt: action.prompt };
    case 'showOdds':
      return { ...state, showsOdds: action.isOn };
    case 'run':
      return { ...state, run: startRun(state.prompt, action.now) };
    case 'asked':
      return changed(state, run => ({ ...run, phase: 'running', request: action.request }));
    case 'event':
      return changed(state, run => receive(run, action.event, action.now));
    case 'stopped':
      return changed(state, run => ({ ...run, phase: 'stopped', ending: 'Stopped.' }));
    case 'failed':
      return changed(state, run => ({ ...run, phase: 'failed', error: action.error }));
    default:
      return assertNever(action);
  }
}

/** Prompt that goes on from an alternative to the piece at `index`. */
export function promptWith({ prompt, pieces }: Run, index: number, alternative: string): string {
  const before = pieces.slice(0, index).map(({ text }) => text);
  return [prompt, ...before, alternative].join('');
}

/** Whether a run has yet to end. */
export function isRunning(run: Run | null): boolean {
  return run?.phase === 'waiting' || run?.phase === 'running';
}

function changed(state: CompleteState, change: (run: Run) => Run): CompleteState {
  return state.run ? { ...state, run: change(state.run) } : state;
}

function startRun(prompt: string, now: number): Run {
  return {
    phase: 'waiting',
    prompt,
    request: null,
    pieces: [],
    trace: { tokens: [], rounds: [] },
    startedAt: now,
    firstTokenMs: null,
    timings: null,
    ending: '',
    error: null,
  };
}

function receive(run: Run, event: CompletionChunk, now: number): Run {
  const timings = event.timings ?? run.timings;
  const { speculation_trace: part } = event;
  const trace = part ? joinTraces([run.trace, part]) : run.trace;
  if (event.stop) return { ...run, phase: 'finished', timings, trace, ending: ending(event) };
  if (event.content === '') return { ...run, timings, trace };
  const [odds] = event.completion_probabilities ?? [];
  const piece = { text: event.content, drafted: event.drafted, odds: odds ? readOdds(odds) : null };
  return {
    ...run,
    pieces: [...run.pieces, piece],
    firstTokenMs: run.firstTokenMs ?? now - run.startedAt,
    timings,
    trace,
  };
}

function readOdds(entry: CompletionProbability): Odds {
  if ('prob' in entry) {
    return {
      probability: entry.prob,
      alternatives: entry.top_probs.map(({ token, prob }) => ({ text: token, probability: prob })),
    };
  }
  return {
    probability: Math.exp(entry.logprob),
    alternatives: entry.top_logprobs.map(({ token, logprob }) => ({
      text: token,
      probability: Math.exp(logprob),
    })),
  };
}

function ending({ stop_type, tokens_predicted, truncated }: CompletionChunk & { stop: true }): string {
  const count = `${tokens_predicted} ${tokens_predicted === 1 ? 'token' : 'tokens'}`;
  switch (stop_type) {
    case 'eos':
      return `The model ended its text after ${count}.`;
    case 'limit':
      return truncated ? `The context was full after ${count}.` : `Reached the limit of ${count}.`;
    case 'word':
    case 'none':
      return `Ended after ${count}.`;
    default:
      return assertNever(stop_type);
  }
}
