import { letterOf } from '../../../report/index.ts';

/** Letter and colour of a report, the same everywhere on the page. */
export function Letter({ index }: { index: number }) {
  return <span class={`letter series-${index % 6}`}>{letterOf(index)}</span>;
}
