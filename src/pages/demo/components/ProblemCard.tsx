import type { ForetokenError } from '../../../client/index.ts';
import { ProblemText } from '../../frame/ProblemText.tsx';
import type { Context } from '../context.ts';
import { describeProblem, type Remedy } from '../problems.ts';

const LABELS: Readonly<Record<Remedy, string>> = {
  retry: 'Load again',
  bundled: 'Use the bundled models',
  noDraft: 'Go on without a draft',
  dismiss: 'Dismiss',
};

/** Describes a problem and its remedies, with buttons for them. */
export function ProblemCard({
  error,
  session,
  dispatch,
}: { error: ForetokenError } & Pick<Context, 'session' | 'dispatch'>) {
  const { title, advice, remedies } = describeProblem(error);
  function apply(remedy: Remedy): void {
    switch (remedy) {
      case 'retry':
        session.reload();
        break;
      case 'bundled':
        session.choose({ target: { kind: 'bundled' }, draft: { kind: 'bundled' } });
        break;
      case 'noDraft':
        session.choose({ draft: { kind: 'none' } });
        break;
      case 'dismiss':
        dispatch({ type: 'dismiss' });
    }
  }
  return (
    <section class="problem" role="alert" data-testid="error" data-code={error.code}>
      <ProblemText title={title} advice={advice} message={error.message} />
      <div class="actions">
        {remedies.map(remedy => (
          <button key={remedy} type="button" onClick={() => apply(remedy)}>
            {LABELS[remedy]}
          </button>
        ))}
      </div>
    </section>
  );
}
