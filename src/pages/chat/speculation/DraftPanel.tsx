import type { Timings } from '../../../client/index.ts';
import type { Context } from '../context.ts';
import { branchOf } from '../conversation/branch.ts';
import { current } from '../conversation/chatState.ts';
import { isBundled, type State } from '../state.ts';
import { Adapter, Figures } from './Figures.tsx';

/** What the draft did for the last answer. */
export function DraftPanel({ state, dispatch }: Pick<Context, 'state' | 'dispatch'>) {
  const { engine } = state.models;
  return (
    <section class="panel" aria-labelledby="draft-title">
      <h2 id="draft-title">Draft</h2>
      <label class="switch">
        <input
          type="checkbox"
          checked={state.view.showsDraft ?? isBundled(state)}
          data-testid="shows-draft"
          onChange={event => dispatch({ of: 'view', view: { showsDraft: event.currentTarget.checked } })}
        />
        <span>
          Show in answers what was <mark>proposed by the draft</mark>
        </span>
      </label>
      <Figures timings={lastTimings(state)} />
      <p class="note" data-testid="adapter">
        {engine.kind === 'ready' && <Adapter adapter={engine.report.adapter} />}
      </p>
      <p class="note">
        The draft model only proposes; the target model decides. The text is the same, bit for bit, with a
        draft and without.
      </p>
    </section>
  );
}

function lastTimings({ view, chat, complete }: State): Timings | null {
  if (view.tab === 'complete') return complete.run?.timings ?? null;
  if (chat.answer) return chat.answer.message.timings;
  const last = branchOf(current(chat)).at(-1)?.message;
  return last?.role === 'assistant' ? last.timings : null;
}
