import type { TokenId } from '../../forward/forward.ts';
import type { Generation } from './generation.ts';
import type { Job } from './job.ts';
import type { Task } from './task.ts';

/** State of a slot: it runs a generation, or is idle and keeps the KV cache of its last one. */
export type SlotState =
  | {
      readonly kind: 'idle';
      /** Tokens whose K and V the slot holds with the bits of a new computation. */
      readonly cached: readonly TokenId[];
      /** All tokens whose K and V it holds; they begin with `cached`. */
      readonly cells: readonly TokenId[];
      readonly last: Generation | null;
      /** Order of release, for choosing the least recently used slot; 0 before the first release. */
      readonly releasedAt: number;
    }
  | { readonly kind: 'busy'; readonly job: Job; readonly generation: Generation };

export type IdleState = Extract<SlotState, { readonly kind: 'idle' }>;
export type BusyState = Extract<SlotState, { readonly kind: 'busy' }>;

/** One sequence of the target's KV cache. */
export interface Slot {
  readonly id: number;
  state: SlotState;
}

export function createSlots(nSlots: number): readonly Slot[] {
  return Array.from({ length: nSlots }, (_, id) => ({
    id,
    state: { kind: 'idle', cached: [], cells: [], last: null, releasedAt: 0 },
  }));
}

/** Idle state whose K and V are those of `tokens`. */
export function holding(state: IdleState, tokens: readonly TokenId[]): IdleState {
  return { ...state, cached: tokens, cells: tokens };
}

/** Chooses idle slots for the choices of a task's prompt; the first one decodes it. Null while too few are idle. */
export function chooseSlots(
  slots: readonly Slot[],
  { prompt, params }: Pick<Task, 'prompt' | 'params'>,
  minSimilarity: number,
  nChoices: number,
): readonly Slot[] | null {
  const first = chooseSlot(slots, prompt, params.idSlot, minSimilarity);
  const others = idleSlots(slots).filter(slot => slot !== first);
  return first === null || others.length < nChoices - 1 ? null : [first, ...others.slice(0, nChoices - 1)];
}

/** Length of the longest common prefix. */
export function commonPrefix(a: readonly TokenId[], b: readonly TokenId[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return length;
}

/** Idle slots, the least recently released first; among fresh ones the highest id first. */
export function idleSlots(slots: readonly Slot[]): Slot[] {
  const releasedAt = ({ state }: Slot) => (state.kind === 'idle' ? state.releasedAt : 0);
  return slots
    .filter(({ state }) => state.kind === 'idle')
    .sort((a, b) => releasedAt(a) - releasedAt(b) || b.id - a.id);
}

/**
 * Chooses the idle slot for a prompt; null while there is none. A requested slot (ids wrap around) is waited for. Otherwise the
 * slot with the largest part of the prompt is chosen, if that is more than `minSimilarity` of it; otherwise the least recently
 * used one, the highest id on a tie.
 */
export function chooseSlot(
  slots: readonly Slot[],
  prompt: readonly TokenId[],
  idSlot: number,
  minSimilarity: number,
): Slot | null {
  if (idSlot >= 0) {
    const pinned = slots[idSlot % slots.length];
    return pinned?.state.kind === 'idle' ? pinned : null;
  }
  let similar: Slot | null = null;
  let longest = minSimilarity * prompt.length;
  const idle = idleSlots(slots);
  for (const slot of slots) {
    if (slot.state.kind !== 'idle') continue;
    const shared = commonPrefix(slot.state.cached, prompt);
    if (shared > longest) [similar, longest] = [slot, shared];
  }
  return similar ?? idle[0] ?? null;
}
