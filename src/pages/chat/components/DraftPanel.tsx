import { useEffect } from 'preact/hooks';
import { completionRequest, repeatedRequest } from '../answer/requests.ts';
import type { Context } from '../context.ts';
import { current } from '../conversation/chatState.ts';
import type { ComparedRequest } from '../speculation/comparer.ts';
import { SpeculationPanel } from '../speculation/SpeculationPanel.tsx';
import { WithAndWithout } from '../speculation/WithAndWithout.tsx';
import { answerOf, type State } from '../state.ts';
import { useThrottled } from './useThrottled.ts';

/** Pause between two drawings of the figures of an answer that grows, in milliseconds. */
const PAUSE_MS = 250;

/** Shows how the draft fared in the chosen answer, and runs its request with and without a draft. */
export function DraftPanel({ state, engine, comparer, dispatch }: Context) {
  const { view, comparison } = state;
  const { id, trace, timings, isGrowing } = useThrottled(tracedOf(state), PAUSE_MS);
  // A comparison belongs to one answer.
  useEffect(
    () => () => {
      comparer.stop();
      dispatch({ of: 'comparison', type: 'cleared' });
    },
    [id, comparer, dispatch],
  );
  const request = isGrowing ? null : requestOf(state);
  return (
    <section class="panel" aria-labelledby="draft-title" data-testid="draft-panel">
      <h2 id="draft-title">Draft</h2>
      <Switch
        label="Show in the answer where its tokens came from"
        testId="shows-draft"
        isOn={view.showsDraft}
        onChange={showsDraft => dispatch({ of: 'view', view: { showsDraft } })}
      />
      <Switch
        label="With the refused tokens"
        testId="shows-rejected"
        isOn={view.showsRejected}
        onChange={showsRejected => dispatch({ of: 'view', view: { showsRejected } })}
      />
      {trace ? (
        <SpeculationPanel trace={trace} timings={timings} />
      ) : (
        <p class="note">
          {id === null
            ? 'The figures of the last answer will be here.'
            : 'This answer was edited, imported or continued, or its origin was not kept: ask again to see it.'}
        </p>
      )}
      <WithAndWithout
        comparison={comparison}
        isPossible={request !== null && state.engine.status.kind === 'ready'}
        onRun={() => {
          if (request && engine.server) void comparer.compare(request, engine.server.fetch);
        }}
        onStop={() => comparer.stop()}
      />
      <p class="note">
        The draft only proposes; the model decides. The text is the same, bit for bit, with a draft and
        without.
      </p>
    </section>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly testId: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

function Switch({ label, testId, isOn, onChange }: SwitchProps) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        checked={isOn}
        data-testid={testId}
        onChange={event => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

/** Trace that the panel shows, of the tab that is open. */
function tracedOf(state: State) {
  const { view, chat, complete } = state;
  if (view.tab === 'complete') {
    const { run } = complete;
    return {
      id: run && String(run.startedAt),
      trace: run?.trace ?? null,
      timings: run?.timings ?? null,
      isGrowing: run?.phase === 'waiting' || run?.phase === 'running',
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

/** Request that led to what the panel shows; null if there is none. */
function requestOf(state: State): ComparedRequest | null {
  const { view, chat, complete } = state;
  const conversation = current(chat);
  if (view.tab === 'complete') {
    if (!complete.run) return null;
    const { stream: _, ...body } = completionRequest(complete.run.prompt, conversation.settings, 0);
    return { path: '/completion', body };
  }
  const message = answerOf(state);
  const body = message && repeatedRequest(conversation, message);
  return body && { path: '/v1/chat/completions', body };
}
