import type { Keys } from './keys.ts';
import type { ModelSpec } from './spec.ts';

/** Describes a model by the metadata of its file. */
export type Architecture = (keys: Keys) => ModelSpec;

/** Family of architectures, by the values of `general.architecture`. */
export type Architectures = Readonly<Record<string, Architecture>>;
