import { assert } from '../util/assert.ts';

/** Change of a shader's text that simulates a faulty driver. Indentation does not count: builds leave it out. */
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
  const from = linesOf(change.from);
  assert(text !== undefined && from.test(text), () => `${change.file} has no "${change.from}"`);
  return all.set(
    change.file,
    text.replace(from, () => change.to),
  );
}

/** Pattern of consecutive lines with any indentation. */
function linesOf(text: string): RegExp {
  const lines = text.trim().split(/\n\s*/);
  return new RegExp(lines.map(line => line.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('\\n\\s*'));
}
