import { letterOf } from '../../../report/index.ts';

/** The letter and colour that stand for a report everywhere on the page. */
export function Letter({ index }: { index: number }) {
  return <span class={`letter series-${index % 6}`}>{letterOf(index)}</span>;
}
