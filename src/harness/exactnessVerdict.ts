import type { ExactnessAnswer, ExactnessSetting } from './exactness.ts';

/** Answer with its setting. */
export interface ExactnessRecord extends ExactnessAnswer {
  readonly setting: ExactnessSetting;
}

export interface ExactnessVerdict {
  readonly passed: boolean;
  /** One-line verdict. */
  readonly summary: string;
  readonly nPrompts: number;
  readonly nAnswers: number;
  readonly nTokens: number;
  /** Number of rows of logits that were compared with those of another setting. */
  readonly nLogitsRows: number;
  readonly nDrafted: number;
  readonly nAccepted: number;
  readonly differences: readonly string[];
}

const CHOICES = [false, true];

/** All settings to compare. */
export const EXACTNESS_SETTINGS: readonly ExactnessSetting[] = CHOICES.flatMap(watched =>
  CHOICES.flatMap(draft =>
    [1, 4].flatMap(nSlots => [16, 256].map(nBatch => ({ watched, draft, nSlots, nBatch }))),
  ),
);

/**
 * Half of the settings, which still has every combination of any three choices: those with an even number of the costly choices.
 */
export const EXACTNESS_HALF: readonly ExactnessSetting[] = EXACTNESS_SETTINGS.filter(
  ({ draft, nSlots, nBatch, watched }) =>
    [draft, nSlots > 1, nBatch < 256, watched].filter(Boolean).length % 2 === 0,
);

export const EXACTNESS_TEMPERATURES: readonly number[] = [0, 0.8];

/** Compares the answers to each prompt at each temperature: all must have the same tokens and bits. */
export function judgeExactness(records: readonly ExactnessRecord[]): ExactnessVerdict {
  const questions = new Map<string, ExactnessRecord[]>();
  for (const record of records) {
    const question = `${record.prompt} at temperature ${record.temperature}`;
    questions.set(question, [...(questions.get(question) ?? []), record]);
  }
  const differences: string[] = [];
  let nLogitsRows = 0;
  let nAlone = 0;
  for (const [question, answers] of questions) {
    if (answers.length === 1) nAlone++;
    const [first] = answers;
    const watched = answers.filter(({ logits }) => logits !== null);
    for (const answer of answers) {
      const at = firstDifference(answer.tokens, first.tokens);
      if (at !== null)
        differences.push(`prompt ${question}: token ${at} of ${named(answer)} and of ${named(first)}`);
    }
    for (const answer of watched.slice(1)) {
      nLogitsRows += answer.tokens.length;
      if (answer.logits === watched[0].logits) continue;
      differences.push(`prompt ${question}: logits of ${named(answer)} and of ${named(watched[0])}`);
    }
  }
  const sum = (of: (record: ExactnessRecord) => number) =>
    records.reduce((total, record) => total + of(record), 0);
  const nPrompts = new Set(records.map(({ prompt }) => prompt)).size;
  const nTokens = sum(({ tokens }) => tokens.length);
  const passed = differences.length === 0 && nAlone === 0 && records.length > 0;
  const compared = `${records.length} answers to ${nPrompts} prompts, ${nTokens} tokens, ${nLogitsRows} rows of logits`;
  return {
    passed,
    summary: passed
      ? `exact: ${compared}, no token and no bit differs`
      : `NOT exact: ${compared}, ${differences.length} differences, ${nAlone} answers without another to compare`,
    nPrompts,
    nAnswers: records.length,
    nTokens,
    nLogitsRows,
    nDrafted: sum(({ nDrafted }) => nDrafted),
    nAccepted: sum(({ nAccepted }) => nAccepted),
    differences,
  };
}

function firstDifference(a: readonly number[], b: readonly number[]): number | null {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (a[i] !== b[i]) return i;
  return null;
}

function named({ setting: { draft, nSlots, nBatch, watched } }: ExactnessRecord): string {
  return `${draft ? 'with' : 'without'} draft, ${nSlots} slots, chunks of ${nBatch}${watched ? ', watched' : ''}`;
}
