/** Position of values on an axis, and the axis's labels. */
export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

/** Scale from 0 to a round number at or above the largest value. */
export function linearScale(values: readonly number[], from: number, to: number): Scale {
  const largest = Math.max(...values, Number.MIN_VALUE);
  const step = roundStep(largest / 4);
  const end = Math.ceil(largest / step - 1e-9) * step;
  const at = (value: number) => from + ((to - from) * value) / end;
  const nTicks = Math.round(end / step) + 1;
  const ticks = Array.from({ length: nTicks }, (_, i) => Number((i * step).toPrecision(12)));
  return { at, ticks: ticks.map(value => ({ value, label: String(value) })) };
}

/** Scale over the powers of ten around the values, all of which must be positive. */
export function logScale(values: readonly number[], from: number, to: number): Scale {
  const logs = values.map(Math.log10);
  const low = Math.floor(Math.min(...logs, 0));
  const high = Math.max(low + 1, Math.ceil(Math.max(...logs, 0)));
  const at = (value: number) => from + ((to - from) * (Math.log10(value) - low)) / (high - low);
  const every = Math.ceil((high - low) / 6);
  const exponents = Array.from({ length: high - low + 1 }, (_, i) => low + i).filter(e => e % every === 0);
  return { at, ticks: exponents.map(e => ({ value: 10 ** e, label: powerLabel(e) })) };
}

/** Rounds up to 1, 2 or 5 times a power of ten. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * ([1, 2, 5].find(factor => factor * power >= step * (1 - 1e-9)) ?? 10);
}

function powerLabel(exponent: number): string {
  if (exponent >= 0 && exponent <= 3) return String(10 ** exponent);
  return `1e${exponent}`;
}
