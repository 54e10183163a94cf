import { useState } from 'preact/hooks';
import { hasWords } from '../../frame/hasWords.ts';
import type { Context } from '../context.ts';
import { GROUP_WORDS, GROUPS, type Group } from '../parts.ts';
import type { Result } from '../results.ts';
import { ResultRow } from './ResultRow.tsx';

/** Number of rows that are drawn at first. */
const FIRST_ROWS = 40;

interface Filter {
  readonly group: Group | null;
  readonly text: string;
  readonly onlyProblems: boolean;
}

/** Results, wrong ones first. */
export function Results({ state, session }: Context) {
  const [filter, setFilter] = useState<Filter>({ group: null, text: '', onlyProblems: false });
  const [all, setAll] = useState(false);
  const results = [...state.results.values()].flat();
  const matching = results.filter(result => matches(filter, result)).sort((a, b) => urgency(b) - urgency(a));
  const shown = all ? matching : matching.slice(0, FIRST_ROWS);
  const { set, running, incidents } = state;
  return (
    <section class="results" aria-labelledby="results-title">
      <h2 id="results-title">
        Results <small>{results.length}</small>
      </h2>
      {incidents.length > 0 && (
        <ul class="incidents" aria-label="Incidents" data-testid="incidents">
          {incidents.map((incident, i) => (
            <li key={i}>
              {incident.message} {incident.caseId && <code>{incident.caseId}</code>}
            </li>
          ))}
        </ul>
      )}
      <Filters filter={filter} onFilter={change => setFilter({ ...filter, ...change })} />
      {matching.length === 0 && <p>Nothing matches.</p>}
      <ul class="rows" data-testid="results">
        {shown.map((result, i) => (
          <ResultRow
            key={`${result.jobId} ${result.name} ${i}`}
            result={result}
            onRerun={running ? null : () => session.start({ set, only: [result.jobId] })}
          />
        ))}
      </ul>
      {shown.length < matching.length && (
        <button type="button" onClick={() => setAll(true)}>
          Show all {matching.length}
        </button>
      )}
    </section>
  );
}

function Filters({ filter, onFilter }: { filter: Filter; onFilter: (change: Partial<Filter>) => void }) {
  return (
    <div class="filters">
      <label>
        Part
        <select
          value={filter.group ?? ''}
          onChange={({ currentTarget }) =>
            onFilter({ group: GROUPS.find(group => group === currentTarget.value) ?? null })
          }
        >
          <option value="">all</option>
          {GROUPS.map(group => (
            <option key={group} value={group}>
              {GROUP_WORDS[group].title.toLowerCase()}
            </option>
          ))}
        </select>
      </label>
      <label class="search">
        Name
        <input
          type="search"
          placeholder="mul_mat, Q4_0 …"
          value={filter.text}
          onInput={({ currentTarget }) => onFilter({ text: currentTarget.value })}
        />
      </label>
      <label class="only">
        <input
          type="checkbox"
          checked={filter.onlyProblems}
          onChange={({ currentTarget }) => onFilter({ onlyProblems: currentTarget.checked })}
        />
        Only problems
      </label>
    </div>
  );
}

function matches({ group, text, onlyProblems }: Filter, result: Result): boolean {
  if (group !== null && result.group !== group) return false;
  if (onlyProblems && urgency(result) === 0) return false;
  return hasWords(result.name, text);
}

/** Sort key: wrong results first, then unfinished ones, then unsupported ones. */
function urgency({ status }: Result): number {
  if (status === 'wrong-result') return 3;
  if (status === 'success') return 0;
  return status === 'unsupported' ? 1 : 2;
}
