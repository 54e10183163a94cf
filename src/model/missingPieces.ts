import type { Layer, ModelSpec } from '../architectures/spec.ts';
import { ForetokenError } from '../util/errors.ts';

/** Pieces of layers that no kernel does, as nouns. */
const PIECES: readonly (readonly [piece: string, needs: (layer: Layer) => boolean])[] = [
  ['AltUp', ({ altUp }) => altUp !== undefined],
  ['Laurel', ({ laurel }) => laurel !== undefined],
  ['sparse gates', ({ ffn }) => ffn?.kind === 'dense' && ffn.sparsity !== undefined],
];

/** Throws `unsupported_model` for a description with pieces that only the CPU twin does. `file` names the model. */
export function refuseMissingPieces(file: string, spec: ModelSpec): void {
  const missing = [...PIECES.filter(([, needs]) => spec.layers.some(needs)).map(([piece]) => piece)];
  if (missing.length === 0) return;
  throw new ForetokenError(
    'unsupported_model',
    `${file} has the architecture "${spec.architecture}", which needs ${missing.join(', ')}: no kernel does them yet, so use another model`,
    { architecture: spec.architecture, missing: missing.join(', ') },
  );
}
