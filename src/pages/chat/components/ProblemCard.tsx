import type { ForetokenError } from '../../../client/index.ts';
import { assertNever } from '../../../util/assert.ts';
import { ProblemText } from '../../frame/ProblemText.tsx';
import { describeProblem, type Remedy } from '../../frame/problems.ts';
import { thisVisitor } from '../../frame/visitor.ts';
import type { Context } from '../context.ts';
import { BUNDLED_PAIR } from '../engine/choices.ts';

const LABELS: Readonly<Record<Remedy, string>> = {
  retry: 'Load again',
  bundled: 'Use the bundled models',
  noDraft: 'Go on without a draft',
  reload: 'Reload the page',
  token: 'Enter a token',
};

/** Says why no model is loaded, with buttons for the remedies. */
export function ProblemCard({
  error,
  engine,
  dispatch,
}: { error: ForetokenError } & Pick<Context, 'engine' | 'dispatch'>) {
  const { title, advice, remedies } = describeProblem(error, thisVisitor());
  function apply(remedy: Remedy): void {
    switch (remedy) {
      case 'retry':
        engine.reload();
        break;
      case 'bundled':
        engine.choose(BUNDLED_PAIR);
        break;
      case 'noDraft':
        engine.withoutDraft();
        break;
      case 'reload':
        location.reload();
        break;
      case 'token':
        dispatch({ of: 'models', type: 'accessShown', isShown: true });
        dispatch({ of: 'view', view: { panel: 'models' } });
        break;
      default:
        assertNever(remedy);
    }
  }
  return (
    <section class="problem" role="alert" data-testid="error" data-code={error.code}>
      <ProblemText title={title} advice={advice} message={error.message} />
      <div class="row">
        {remedies.map(remedy => (
          <button key={remedy} type="button" onClick={() => apply(remedy)}>
            {LABELS[remedy]}
          </button>
        ))}
      </div>
    </section>
  );
}
