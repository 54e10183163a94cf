import type { Odds } from './completeState.ts';

interface Props {
  readonly text: string;
  readonly odds: Odds;
  readonly isEnabled: boolean;
  readonly onAlternative: (text: string) => void;
}

/** Probability of a token and of the likeliest in its place; a click on one writes on from there. */
export function OddsCard({ text, odds, isEnabled, onAlternative }: Props) {
  return (
    <div class="odds" data-testid="odds">
      <p>
        <code>{shown(text)}</code> had a probability of {percentOf(odds.probability)}. Likeliest there:
      </p>
      <ul>
        {odds.alternatives.map(alternative => (
          <li key={alternative.text}>
            <button
              type="button"
              disabled={!isEnabled || alternative.text === text}
              onClick={() => onAlternative(alternative.text)}
            >
              <code>{shown(alternative.text)}</code>
              <meter min={0} max={1} value={alternative.probability} aria-hidden="true" />
              <span>{percentOf(alternative.probability)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Token with its white space visible. */
function shown(text: string): string {
  return text === '' ? '(end)' : text.replaceAll(' ', '␣').replaceAll('\n', '⏎');
}

function percentOf(probability: number): string {
  return `${(100 * probability).toFixed(probability < 0.1 ? 2 : 1)} %`;
}
