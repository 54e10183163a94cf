import type { SpeculationTrace } from '../../../client/index.ts';
import { KIND_NAMES, kindsIn } from './kinds.ts';

/** Marks of the kinds in `trace`, with their names. */
export function Legend({ trace, showRejected }: { trace: SpeculationTrace; showRejected: boolean }) {
  return (
    <ul class="legend" aria-label="Marks">
      {kindsIn(trace).map(kind => (
        <li key={kind}>
          <mark class={`kind-${kind}`}>{KIND_NAMES[kind]}</mark>
        </li>
      ))}
      <li>sampled by the model itself</li>
      {showRejected && (
        <li>
          <del>refused</del>
        </li>
      )}
    </ul>
  );
}
