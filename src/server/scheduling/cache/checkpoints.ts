import type { ForwardPass } from '../../../forward/forwardPass.ts';
import type { SlotState } from '../../../forward/sequenceCache.ts';
import type { Slot } from '../slots.ts';

/** Place to which a checkpoint brings a slot. */
export interface Resumption {
  readonly nTokens: number;
  readonly bytes: Uint8Array;
}

export interface CheckpointOptions {
  /** Most checkpoints of a slot; a further one replaces the oldest. */
  readonly most: number;
  /** Fewest tokens between two checkpoints of a slot. */
  readonly minStep: number;
  readonly log: (line: string) => void;
}

/** State that was read, or is being read, behind the first `nTokens` tokens of a slot. */
interface Checkpoint {
  readonly nTokens: number;
  readonly state: SlotState | null;
}

/**
 * Checkpoints of slots, for models whose state cannot go back: where a prompt departs from what its slot holds, it goes on from the
 * last checkpoint before that place. They belong to the tokens that the slot holds, and are dropped with them.
 */
export class Checkpoints {
  readonly #model: Pick<ForwardPass, 'readState'>;
  readonly #options: CheckpointOptions;
  readonly #bySlot = new Map<number, readonly Checkpoint[]>();

  constructor(model: Pick<ForwardPass, 'readState'>, options: CheckpointOptions) {
    this.#model = model;
    this.#options = options;
  }

  /** Furthest place of a slot, at most behind `nTokens`, to which a checkpoint leads; null if there is none. */
  furthest({ id }: Slot, nTokens: number): Resumption | null {
    const places = this.#of(id).flatMap(({ nTokens: most, state }) =>
      state && state.from <= nTokens ? [{ nTokens: Math.min(most, nTokens), bytes: state.bytes }] : [],
    );
    return places.reduce<Resumption | null>(
      (best, place) => (best && best.nTokens >= place.nTokens ? best : place),
      null,
    );
  }

  /** Drops what the checkpoints of a slot have behind `nTokens`, whose tokens it loses. */
  truncate({ id }: Slot, nTokens: number): void {
    const left = this.#of(id).flatMap(checkpoint => {
      if (checkpoint.nTokens <= nTokens) return [checkpoint];
      const { state } = checkpoint;
      return state && state.from <= nTokens ? [{ nTokens, state }] : [];
    });
    this.#bySlot.set(id, left);
  }

  /**
   * Takes a checkpoint of a slot, which can go on behind `nTokens` now, unless the last one is near. The state is copied in the order
   * of calls, so the slot may continue; resolves when the bytes are there.
   */
  async take({ id }: Slot, nTokens: number): Promise<void> {
    const { most, minStep, log } = this.#options;
    const last = this.#of(id).at(-1)?.nTokens ?? 0;
    if (most === 0 || nTokens - last < minStep) return;
    const reading: Checkpoint = { nTokens, state: null };
    this.#bySlot.set(id, [...this.#of(id), reading].slice(-most));
    const arrive = (arrived: readonly Checkpoint[]) =>
      this.#bySlot.set(
        id,
        this.#of(id).flatMap(checkpoint => (checkpoint === reading ? arrived : [checkpoint])),
      );
    try {
      const state = await this.#model.readState(id, nTokens);
      arrive(state ? [{ nTokens, state }] : []);
      if (state)
        log(
          `slot ${id}: checkpoint behind ${nTokens} tokens, ${(state.bytes.length / 2 ** 20).toFixed(1)} MiB`,
        );
    } catch (error) {
      // Without it more of a prompt is decoded again, so no request fails.
      arrive([]);
      log(`slot ${id}: no checkpoint: ${String(error)}`);
    }
  }

  #of(id: number): readonly Checkpoint[] {
    return this.#bySlot.get(id) ?? [];
  }
}
