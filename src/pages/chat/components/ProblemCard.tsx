import type { ForetokenError } from '../../../client/index.ts';
import { assertNever } from '../../../util/assert.ts';
import { ProblemText } from '../../frame/ProblemText.tsx';
import { describeProblem, type Remedy } from '../../frame/problems.ts';
import type { Context } from '../context.ts';
import { BUNDLED_PAIR } from '../engine/choices.ts';

const LABELS: Readonly<Record<Remedy, string>> = {
  retry: 'Load again',
  bundled: 'Use the bundled models',
  noDraft: 'Go on without a draft',
};

/** Says why no model is loaded, with buttons for the remedies. */
export function ProblemCard({ error, engine }: { error: ForetokenError } & Pick<Context, 'engine'>) {
  const { title, advice, remedies } = describeProblem(error);
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
