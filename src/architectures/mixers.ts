import type { Mixer, Rope } from './spec.ts';

/** Rotation of a mixer's queries and keys; null if it has none. */
export function ropeOf(mixer: Mixer): Rope | null {
  return mixer.kind === 'attention' || mixer.kind === 'latent' ? mixer.rope : null;
}
