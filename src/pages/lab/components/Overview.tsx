import { GROUP_WORDS, GROUPS, type Group, groupOf } from '../parts.ts';
import type { State } from '../state.ts';

/** Parts of the run, with the state of each. */
export function Overview({ state }: { state: State }) {
  const results = [...state.results.values()].flat();
  const jobs = state.running?.jobs ?? [];
  return (
    <ul class="groups" aria-label="Parts">
      {GROUPS.map(group => {
        const own = results.filter(result => result.group === group);
        const nLeft = jobs.filter(
          ({ id, part }) => groupOf(part) === group && !state.running?.done.has(id),
        ).length;
        const { title, note } = GROUP_WORDS[group];
        return (
          <li key={group} class="group" data-testid={`group-${group}`}>
            <h2>{title}</h2>
            <p class="tally">
              {tally(
                group,
                own.map(({ status }) => status),
                nLeft,
              )}
            </p>
            <p class="note">{note}</p>
          </li>
        );
      })}
    </ul>
  );
}

function tally(group: Group, statuses: readonly string[], nLeft: number) {
  if (statuses.length === 0) return <span class="note">{nLeft > 0 ? `${nLeft} to go` : 'not run yet'}</span>;
  const nRight = statuses.filter(status => status === 'success').length;
  const nWrong = statuses.filter(status => status === 'wrong-result').length;
  const nUnsupported = statuses.filter(status => status === 'unsupported').length;
  const nFailed = statuses.length - nRight - nWrong - nUnsupported;
  const [good, bad] = WORDS[group];
  return (
    <>
      <span class="right">
        {nRight} {good}
      </span>
      {nWrong > 0 && (
        <span class="wrong">
          {nWrong} {bad}
        </span>
      )}
      {nFailed > 0 && <span class="wrong">{nFailed} failed</span>}
      {nUnsupported > 0 && <span class="note">{nUnsupported} not possible here</span>}
      {nLeft > 0 && <span class="note">{nLeft} to go</span>}
    </>
  );
}

const WORDS: Readonly<Record<Group, readonly [string, string]>> = {
  controls: ['found', 'NOT found'],
  kernels: ['right', 'WRONG'],
  batches: ['right', 'WRONG'],
  models: ['right', 'WRONG'],
  speed: ['measured', 'WRONG'],
};
