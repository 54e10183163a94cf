import type { StoredModel } from '../../../client/index.ts';
import { parameters, size } from '../format.ts';
import { type CuratedModel, findCurated } from './curated.ts';

/** Name of a model for people: that of the list, else of its repository or file. */
export function modelName(address: string): string {
  const curated = findCurated({ address });
  if (curated) return curated.name;
  const [, name, type] = /^hf:[^/]+\/([^:/]+)(?::(.+))?$/i.exec(address) ?? [];
  if (name !== undefined) return type === undefined ? name : `${name} ${type}`;
  const path = address.split(/[?#]/, 1)[0] ?? address;
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Facts of a model of the list: `1.2 B · Q4_K_M · 808 MB`. */
export function curatedFacts({ nParams, type, sizeBytes }: CuratedModel): string {
  return `${parameters(nParams)} · ${type} · ${size(sizeBytes)}`;
}

/** Facts of a stored model: its size, its files, and when it was used. */
export function storedFacts(
  { sizeBytes, presentBytes, isComplete, files, usedAt }: StoredModel,
  now: number,
): string {
  const total = sizeBytes === null ? '' : ` of ${size(sizeBytes)}`;
  return [
    isComplete ? size(presentBytes) : `unfinished: ${size(presentBytes)}${total}`,
    ...(files.length > 1 ? [`${files.length} files`] : []),
    `used ${ago(usedAt, now)}`,
  ].join(' · ');
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** Says how long ago a time was: `3 hours ago`, `just now`. */
export function ago(then: number, now: number): string {
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  for (const [unit, ms] of UNITS) {
    if (now - then >= ms) return format.format(-Math.floor((now - then) / ms), unit);
  }
  return 'just now';
}
