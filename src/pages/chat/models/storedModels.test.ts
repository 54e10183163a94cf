import { describe, expect, it } from 'vitest';
import { ForetokenError, type StoredModel } from '../../../client/index.ts';
import { createStore } from '../../frame/store.ts';
import { newConversation } from '../conversation/conversation.ts';
import { DEFAULT_PREFERENCES } from '../preferences.ts';
import { initialState, reduce } from '../state.ts';
import { StoredModels } from './storedModels.ts';

const START = initialState({
  theme: 'auto',
  preferences: DEFAULT_PREFERENCES,
  conversation: newConversation('c', 0),
  text: '',
  hasSideBar: false,
  now: 0,
});
const USAGE = { modelBytes: 5, originBytes: 6, quotaBytes: 7, isPersistent: false };

const model = (id: string, isPinned = false): StoredModel => ({
  id,
  files: [],
  sizeBytes: 5,
  presentBytes: 5,
  isComplete: true,
  isPinned,
  addedAt: 0,
  usedAt: 0,
});

/** Page over a store of two models, whose methods a test may replace. */
function open(overrides: Partial<ConstructorParameters<typeof StoredModels>[1]> = {}) {
  let models = [model('a'), model('b')];
  const page = createStore(reduce, START, () => {});
  const stored = new StoredModels(page, {
    list: async () => models,
    usage: async () => USAGE,
    delete: async id => {
      models = models.filter(entry => entry.id !== id);
    },
    pin: async id => {
      models = models.map(entry => (entry.id === id ? model(id, true) : entry));
    },
    unpin: async id => {
      models = models.map(entry => (entry.id === id ? model(id) : entry));
    },
    ...overrides,
  });
  return { page, stored };
}

describe('stored models of the page', () => {
  it('are listed with the room that they take', async () => {
    const { page, stored } = open();
    await stored.refresh();
    expect(page.state.models.stored).toEqual({ models: [model('a'), model('b')], usage: USAGE });
  });

  it('are listed again after one is deleted, pinned or unpinned', async () => {
    const { page, stored } = open();
    await stored.remove('a');
    await stored.setPinned('b', true);
    expect(page.state.models.stored?.models).toEqual([model('b', true)]);
    await stored.setPinned('b', false);
    expect(page.state.models.stored?.models).toEqual([model('b')]);
  });

  it('show a problem and stay listed when one cannot be deleted', async () => {
    const error = new ForetokenError('in_use', 'a is being loaded');
    const { page, stored } = open({ delete: () => Promise.reject(error) });
    await stored.remove('a');
    expect(page.state.models.storeError).toBe(error);
    expect(page.state.models.stored?.models).toHaveLength(2);
  });

  it('are not shown where the browser has no storage', async () => {
    const { page, stored } = open({
      list: () => Promise.reject(new ForetokenError('store_unavailable', 'none')),
    });
    await stored.refresh();
    expect(page.state.models.stored).toBeNull();
    expect(page.state.models.storeError).toBeNull();
  });
});
