import type { Comparison } from '../../../report/index.ts';
import { choices } from '../filter.ts';
import type { Filter } from '../state.ts';

export interface FiltersProps {
  readonly comparison: Comparison;
  readonly filter: Filter;
  readonly onFilter: (filter: Partial<Filter>) => void;
}

/** Filters of the tables and charts below. */
export function Filters({ comparison: { checks, speeds }, filter, onFilter }: FiltersProps) {
  const rows = [...checks, ...speeds];
  return (
    <form class="filters" aria-label="Filter" onSubmit={event => event.preventDefault()}>
      <Choice
        label="Kernel"
        all="every kernel"
        value={filter.kernel}
        values={choices(rows, 'kernel')}
        onValue={kernel => onFilter({ kernel })}
      />
      <Choice
        label="Weights"
        all="every type"
        value={filter.weightType}
        values={choices(rows, 'weightType')}
        onValue={weightType => onFilter({ weightType })}
      />
      <label class="search">
        <span>Search</span>
        <input
          type="search"
          value={filter.text}
          placeholder="rows=16 gpu"
          onInput={({ currentTarget }) => onFilter({ text: currentTarget.value })}
        />
      </label>
      <label class="only">
        <input
          type="checkbox"
          checked={filter.onlyDifferences}
          onChange={({ currentTarget }) => onFilter({ onlyDifferences: currentTarget.checked })}
        />
        <span>Only differences</span>
      </label>
    </form>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly all: string;
  readonly value: string | null;
  readonly values: readonly string[];
  readonly onValue: (value: string | null) => void;
}

function Choice({ label, all, value, values, onValue }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select value={value ?? ''} onChange={({ currentTarget }) => onValue(currentTarget.value || null)}>
        <option value="">{all}</option>
        {values.map(name => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
