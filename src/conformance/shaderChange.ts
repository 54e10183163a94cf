import { assert } from '../util/assert.ts';

/** Change of a shader's text that simulates a faulty driver. */
export interface ShaderChange {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Applies a change to the sources, which must contain the text to change. */
export function changedShaders(
  sources: ReadonlyMap<string, string>,
  change: ShaderChange | null,
): Map<string, string> {
  const all = new Map(sources);
  if (!change) return all;
  const text = all.get(change.file);
  assert(text?.includes(change.from) === true, () => `${change.file} has no "${change.from}"`);
  return all.set(change.file, text.replace(change.from, change.to));
}
