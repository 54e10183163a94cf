import { describe, expect, it, vi } from 'vitest';
import { FakeForwardPass } from '../../../engine/fakeForwardPass.ts';
import type { TokenId } from '../../../forward/forward.ts';
import { createSlots, holding, type Slot } from '../slots.ts';
import { SlotCaches } from './slotCaches.ts';

const TOKENS = [5, 6, 7, 8];

/** Slots; the first one holds `TOKENS`. */
async function start(options: { readonly clearIdle?: boolean; readonly limitBytes?: number }) {
  const model = new FakeForwardPass();
  const rows = TOKENS.map((token, position) => ({ token, position, slot: 0, output: false }));
  await model.forward(rows, 'argmax');
  const slots = createSlots(2);
  hold(slots[0], TOKENS);
  const lines: string[] = [];
  const caches = new SlotCaches(model, {
    ...{ limitBytes: 100, saveIdle: true, clearIdle: false, minSimilarity: 0.1 },
    ...options,
    checkpoints: { most: 0, minStep: 1 },
    log: line => lines.push(line),
  });
  return { model, slots, caches, lines };
}

function hold(slot: Slot, tokens: readonly TokenId[]): void {
  if (slot.state.kind === 'idle') slot.state = holding(slot.state, tokens);
}

function tokensOf({ state }: Slot): readonly TokenId[] {
  return state.kind === 'idle' ? state.cells : [];
}

describe('saving idle slots', () => {
  it.each([
    { clearIdle: false, left: TOKENS },
    { clearIdle: true, left: [] },
  ])('clearIdle $clearIdle leaves $left in the slot', async ({ clearIdle, left }) => {
    const { slots, caches, lines } = await start({ clearIdle });
    caches.saveIdle(slots);
    expect(tokensOf(slots[0])).toEqual(left);
    await caches.settled();
    expect(lines.at(-1)).toBe(
      'slot 0: saved 4 tokens; prompt cache: 1 prompts, 0.0 MiB __TEST_TAG_CACHE_IDLE_SLOT__',
    );
  });

  it('an entry that is too large is skipped and not read again', async () => {
    const { model, slots, caches, lines } = await start({ limitBytes: 15 });
    const read = vi.spyOn(model, 'readCache');
    const before = lines.length;
    for (let i = 0; i < 2; i++) {
      caches.saveIdle(slots);
      await caches.settled();
    }
    expect(read).toHaveBeenCalledTimes(1);
    expect(lines.length).toBe(before);
  });
});
