import type { Context } from '../context.ts';
import { comparisonOf, isOtherRunning, NO_COMPARISON } from '../speculation/comparison.ts';
import { SpeculationPanel } from '../speculation/SpeculationPanel.tsx';
import { WithAndWithout } from '../speculation/WithAndWithout.tsx';
import { requestNotes, requestOf, tracedOf } from './tracedAnswer.ts';
import { useThrottled } from './useThrottled.ts';

/** Pause between two drawings of the figures of an answer that grows, in milliseconds. */
const PAUSE_MS = 250;

/** Shows how the draft fared in the chosen answer, and runs its request with and without a draft. */
export function DraftPanel({ state, engine, comparer, dispatch }: Context) {
  const { view, comparisons } = state;
  const { id, trace, timings, isGrowing } = useThrottled(tracedOf(state), PAUSE_MS);
  const request = isGrowing ? null : requestOf(state);
  const isOther = isOtherRunning(comparisons, id);
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
            : 'This answer was edited or imported, or its origin was not kept: ask again to see it.'}
        </p>
      )}
      <WithAndWithout
        comparison={id === null ? NO_COMPARISON : comparisonOf(comparisons, id)}
        isPossible={request !== null && !isOther && state.engine.status.kind === 'ready'}
        notes={[
          ...(id !== null && !isGrowing ? requestNotes(state) : []),
          ...(isOther ? ['The request of another answer is being run.'] : []),
        ]}
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
