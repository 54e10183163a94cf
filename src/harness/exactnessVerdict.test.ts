import { describe, expect, it } from 'vitest';
import { exactnessPrompts } from './exactnessPrompts.ts';
import {
  EXACTNESS_HALF,
  EXACTNESS_SETTINGS,
  type ExactnessRecord,
  judgeExactness,
} from './exactnessVerdict.ts';

function records(): ExactnessRecord[] {
  return EXACTNESS_SETTINGS.map(setting => ({
    setting,
    temperature: 0,
    prompt: 3,
    nPrompt: 5,
    tokens: [7, 8, 9],
    logits: setting.watched ? 42 : null,
    nDrafted: 0,
    nAccepted: 0,
  }));
}

describe('the verdict', () => {
  it('passes if all answers are equal', () => {
    expect(judgeExactness(records())).toMatchObject({
      passed: true,
      nAnswers: 16,
      nTokens: 48,
      nLogitsRows: 21,
    });
  });

  it('finds a different token, a missing one, and different logits', () => {
    const all = records();
    all[3] = { ...all[3], tokens: [7, 0, 9] };
    all[5] = { ...all[5], tokens: [7, 8] };
    all[12] = { ...all[12], logits: 43 };
    const { passed, differences } = judgeExactness(all);
    expect(passed).toBe(false);
    expect(differences).toEqual([
      expect.stringMatching(
        /^prompt 3 at temperature 0: token 1 of without draft, 4 slots, chunks of 256 and of/,
      ),
      expect.stringMatching(/token 2 of with draft, 1 slots, chunks of 256/),
      expect.stringMatching(/logits of with draft, 1 slots, chunks of 16, watched/),
    ]);
  });

  it('fails answers that were compared with nothing', () => {
    expect(judgeExactness([]).passed).toBe(false);
    expect(judgeExactness(records().slice(0, 1)).passed).toBe(false);
  });
});

describe('the half of the settings', () => {
  it('has every combination of any three choices', () => {
    const choices = EXACTNESS_HALF.map(({ draft, nSlots, nBatch, watched }) => [
      draft,
      nSlots,
      nBatch,
      watched,
    ]);
    expect(choices).toHaveLength(8);
    for (const left of [0, 1, 2, 3]) {
      expect(new Set(choices.map(choice => String(choice.toSpliced(left, 1)))).size).toBe(8);
    }
  });
});

describe('prompts', () => {
  it('are the same in every run, whatever their number, and of many lengths', () => {
    const few = exactnessPrompts(20, 1024);
    const many = exactnessPrompts(200, 1024);
    expect(many.slice(0, 20)).toEqual(few);
    const lengths = many.filter(prompt => typeof prompt !== 'string').map(({ length }) => length);
    expect(Math.min(...lengths)).toBe(1);
    expect(Math.max(...lengths)).toBeGreaterThan(180);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(200);
  });
});
