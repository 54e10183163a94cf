import { linearScale, logScale, type Scale } from './scale.ts';
import { useWidth } from './useWidth.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Ends of the error bar. */
  readonly low?: number;
  readonly high?: number;
  /** Tooltip of the point. */
  readonly title: string;
  readonly wrong?: boolean;
}

export interface Series {
  /** Index of the report, which determines the colour. */
  readonly report: number;
  readonly label: string;
  readonly points: readonly Point[];
}

export interface PlotProps {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly kind: 'lines' | 'dots';
  readonly series: readonly Series[];
  /** Horizontal line at this height. */
  readonly limit?: { readonly y: number; readonly label: string };
}

const HEIGHT = 260;
const MARGIN = { left: 52, right: 14, top: 14, bottom: 40 };
const SHAPES = ['circle', 'square', 'diamond'] as const;

/** Lines over a linear height, or dots over a logarithmic one. The tables have the data, too. */
export function Plot({ title, xLabel, yLabel, kind, series, limit }: PlotProps) {
  const { ref, width } = useWidth();
  const points = series.flatMap(({ points }) => points);
  const right = Math.max(width - MARGIN.right, MARGIN.left + 1);
  const heights = [
    ...points.flatMap(({ y, low = y, high = y }) => [low, y, high]),
    ...(limit ? [limit.y] : []),
  ];
  const y = (kind === 'lines' ? linearScale : logScale)(heights, HEIGHT - MARGIN.bottom, MARGIN.top);
  const x = linearScale(
    points.map(point => point.x),
    MARGIN.left,
    right,
  );
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div ref={ref}>
        {width > 0 && (
          <svg width={width} height={HEIGHT} role="img" aria-label={`${title}; the tables have the figures`}>
            <Axes x={x} y={y} right={right} xLabel={xLabel} yLabel={yLabel} />
            {limit && (
              <g class="limit">
                <line x1={MARGIN.left} x2={right} y1={y.at(limit.y)} y2={y.at(limit.y)} />
                <text x={right} y={y.at(limit.y) - 5} text-anchor="end">
                  {limit.label}
                </text>
              </g>
            )}
            {series.map(({ report, label, points }, i) => (
              <g key={`${report} ${label}`} class={`series series-${report % 6}`}>
                {kind === 'lines' && (
                  <polyline
                    points={points.map(point => `${x.at(point.x)},${y.at(point.y)}`).join(' ')}
                    stroke-dasharray={['', '6 4', '2 3'][i % 3]}
                  />
                )}
                {points.map((point, n) => (
                  <Mark key={n} point={point} x={x} y={y} shape={SHAPES[report % SHAPES.length]} />
                ))}
              </g>
            ))}
          </svg>
        )}
      </div>
    </figure>
  );
}

function Axes(props: { x: Scale; y: Scale; right: number; xLabel: string; yLabel: string }) {
  const { x, y, right, xLabel, yLabel } = props;
  const bottom = HEIGHT - MARGIN.bottom;
  // Show as many labels as fit side by side.
  const every = Math.max(1, Math.ceil(x.ticks.length / Math.max(1, (right - MARGIN.left) / 60)));
  return (
    <g class="axes">
      {y.ticks.map(({ value, label }) => (
        <g key={label}>
          <line x1={MARGIN.left} x2={right} y1={y.at(value)} y2={y.at(value)} />
          <text x={MARGIN.left - 8} y={y.at(value) + 4} text-anchor="end">
            {label}
          </text>
        </g>
      ))}
      {x.ticks
        .filter((_, i) => i % every === 0)
        .map(({ value, label }) => (
          <text key={label} x={x.at(value)} y={bottom + 16} text-anchor="middle">
            {label}
          </text>
        ))}
      <text x={right} y={HEIGHT - 6} text-anchor="end" class="label">
        {xLabel}
      </text>
      <text x={MARGIN.left} y={HEIGHT - 6} class="label">
        ↑ {yLabel}
      </text>
    </g>
  );
}

function Mark({ point, x, y, shape }: { point: Point; x: Scale; y: Scale; shape: (typeof SHAPES)[number] }) {
  const [cx, cy] = [x.at(point.x), y.at(point.y)];
  const { low, high, title, wrong = false } = point;
  return (
    <g class={wrong ? 'mark wrong' : 'mark'}>
      <title>{title}</title>
      {low !== undefined && high !== undefined && (
        <path class="whisker" d={`M${cx},${y.at(low)}V${y.at(high)}m-4,0h8M${cx - 4},${y.at(low)}h8`} />
      )}
      {shape === 'circle' && <circle cx={cx} cy={cy} r={4} />}
      {shape === 'square' && <rect x={cx - 3.5} y={cy - 3.5} width={7} height={7} />}
      {shape === 'diamond' && <path d={`M${cx},${cy - 5}l5,5l-5,5l-5,-5z`} />}
    </g>
  );
}
