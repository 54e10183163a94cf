import type { Refusal } from '../state.ts';

/** Rejected files, with the reasons; earlier reports stay. */
export function Refusals(props: { refusals: readonly Refusal[]; onDismiss: (id: number) => void }) {
  const { refusals, onDismiss } = props;
  return (
    <div role="alert" class="refusals">
      {refusals.map(({ id, message }) => (
        <div key={id} class="refusal" data-testid="refusal">
          <p>{message}</p>
          <button type="button" class="quiet" onClick={() => onDismiss(id)}>
            Dismiss
          </button>
        </div>
      ))}
    </div>
  );
}
