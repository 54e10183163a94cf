/** Column of a chart: its height as a share of the tallest, and what it says. */
export interface Column {
  readonly label: string;
  /** Share of the chart's height, 0 to 1. */
  readonly share: number;
  /** Text above the column. */
  readonly value: string;
  readonly title: string;
}

/** Number of columns up to which each has its value above it. */
const MAX_VALUES = 12;

/** Small column chart. Its data is in the tables, too, so it is one picture for screen readers. */
export function Columns({ title, columns }: { title: string; columns: readonly Column[] }) {
  const summary = columns.map(column => column.title).join(', ');
  const every = Math.ceil(columns.length / MAX_VALUES);
  return (
    <figure class="columns">
      <figcaption>{title}</figcaption>
      <div role="img" aria-label={`${title}: ${summary}`}>
        {columns.map(({ label, share, value, title }, i) => (
          <div key={label} class="column" title={title}>
            <span class="value">{every === 1 ? value : ''}</span>
            <span class="rod" style={{ '--share': share }} />
            <span class="label">{i % every === 0 ? label : ''}</span>
          </div>
        ))}
      </div>
    </figure>
  );
}
