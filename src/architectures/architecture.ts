import type { Keys } from './keys.ts';
import type { ModelSpec } from './spec.ts';

/** Description of a model from the metadata of its file. */
export type Architecture = (keys: Keys) => ModelSpec;

/** A family, by the values of `general.architecture`. */
export type Architectures = Readonly<Record<string, Architecture>>;
