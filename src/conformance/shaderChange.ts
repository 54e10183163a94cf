import { assert } from '../util/assert.ts';

/** A driver that gets a shader wrong, played by another text of it. */
export interface ShaderChange {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** The sources after a change, which has to have something to change. */
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
