import type { SpeculationTrace, Timings } from '../../../client/index.ts';
import { completionRequest, repeatedRequest } from '../answer/requests.ts';
import { isRunning } from '../complete/completeState.ts';
import type { AnswerRequest } from '../conversation/answerRequest.ts';
import { current } from '../conversation/chatState.ts';
import { modelNames } from '../engine/choices.ts';
import { modelName } from '../models/names.ts';
import type { ComparedRequest } from '../speculation/comparer.ts';
import { answerOf, type State } from '../state.ts';

/** Answer that the Draft panel is about, of the tab that is open. */
interface Traced {
  /** Null without an answer. */
  readonly id: string | null;
  readonly trace: SpeculationTrace | null;
  readonly timings: Timings | null;
  readonly isGrowing: boolean;
}

export function tracedOf(state: State): Traced {
  const { view, chat, complete } = state;
  if (view.tab === 'complete') {
    const { run } = complete;
    return {
      id: run && `run at ${run.startedAt}`,
      trace: run?.trace ?? null,
      timings: run?.timings ?? null,
      isGrowing: isRunning(run),
    };
  }
  const message = answerOf(state);
  return {
    id: message?.id ?? null,
    trace: message?.trace ?? null,
    timings: message?.timings ?? null,
    isGrowing: chat.answer !== null,
  };
}

/** Request that led to the answer, with its settings and its seed; null if there is none, or it is not known. */
export function requestOf(state: State): ComparedRequest | null {
  const { view, chat, complete } = state;
  const { id } = tracedOf(state);
  if (id === null) return null;
  if (view.tab === 'complete') {
    const { run } = complete;
    return run?.request
      ? { id, path: '/completion', body: completionRequest(run.prompt, run.request, 0) }
      : null;
  }
  const message = answerOf(state);
  const body = message && repeatedRequest(current(chat), message);
  return body && { id, path: '/v1/chat/completions', body };
}

/** Differences to know before the answer's request is run again. */
export function requestNotes(state: State): readonly string[] {
  const { view, complete, engine } = state;
  const isRun = view.tab === 'complete';
  const asked: Pick<AnswerRequest, 'models'> | null =
    (isRun ? complete.run?.request : answerOf(state)?.request) ?? null;
  if (asked === null) return ['The request of this answer is not known: ask again to compare.'];
  const loaded = modelNames(engine.choices);
  const isPart = !isRun && answerOf(state)?.request?.after !== null;
  return [
    ...(isPart ? ['This answer was continued: its last part is run again.'] : []),
    ...(asked.models.target === loaded.target
      ? []
      : [`${modelName(asked.models.target)} wrote this answer; ${modelName(loaded.target)} is loaded now.`]),
    ...(asked.models.draft === loaded.draft
      ? []
      : [`Its draft was ${draftName(asked.models.draft)}; now it is ${draftName(loaded.draft)}.`]),
  ];
}

function draftName(name: string | null): string {
  return name === null ? 'none' : modelName(name);
}
