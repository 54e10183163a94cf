import { ForetokenError, type WireError } from '../../../client/index.ts';
import { ProblemText } from '../../frame/ProblemText.tsx';
import { describeProblem } from '../../frame/problems.ts';
import { thisVisitor } from '../../frame/visitor.ts';

/** Reason for which an answer failed, with what to do about it. */
export function AnswerProblem({ error }: { error: WireError }) {
  const { title, advice } = describeProblem(ForetokenError.fromWire(error), thisVisitor());
  return (
    <section class="problem" role="alert" data-testid="answer-error" data-code={error.code}>
      <ProblemText title={title} advice={advice} message={error.message} />
    </section>
  );
}
