import { figure, percent } from '../compare/words.ts';
import { measured } from '../samples.ts';
import { PLAIN } from './answer.ts';
import { ALL_CATEGORIES, type SpecBench, type SpecBenchRow } from './schema.ts';

/** Positions that a table shows; the file has more. */
const SHOWN_POSITIONS = 8;

/** Result as Markdown: the verdict on exactness, a table of the kinds, and one of the speed-up by category. */
export function specBenchMarkdown(bench: SpecBench): string {
  const { model, modelDraft, adapter, browser, runs, nPredict, absent } = bench;
  const pair = modelDraft === null ? model : `${model} with ${modelDraft}`;
  const parts = [
    `${pair} on ${adapter || 'an unnamed adapter'}, Chromium ${browser}; ${runs} runs, up to ${nPredict} tokens per answer`,
    verdictOf(bench),
    kindTable(bench),
    categoryTable(bench),
    ...absent.map(({ kind, reason }) => `Without ${kind}: ${reason}`),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** One line: whether all answers are the same, and the first that is not. */
export function verdictOf({ exact, differences, kinds, hashes }: SpecBench): string {
  if (exact) return `exact: all answers of ${kinds.length} kinds are the same, SHA-256 ${hashes[0].sha256}`;
  if (differences.length === 0) return 'NOT exact: there are no answers';
  return `NOT exact, answers that differ: ${differences.length}; the first is ${differences[0]}`;
}

/** Share of the drafts that were accepted as far as each position, from 0: of the drafts with a token there. */
export function acceptanceOf({ draft_n_per_pos, draft_n_accepted_per_pos }: SpecBenchRow): number[] {
  return draft_n_per_pos.map((nDrafted, i) => (nDrafted === 0 ? 0 : draft_n_accepted_per_pos[i] / nDrafted));
}

function kindTable({ rows }: SpecBench): string {
  const head = ['kind', 'temperature', 'speed-up', 'tokens/s', 'tokens per round', 'accepted', 'by position'];
  const cells = rows
    .filter(({ category }) => category === ALL_CATEGORIES)
    .map(row => [
      row.kind,
      String(row.temperature),
      speedupText(row),
      speedText(row),
      row.tokensPerRound.toFixed(2),
      row.draft_n === 0 ? '' : `${percent(row.draft_n_accepted / row.draft_n)} of ${row.draft_n}`,
      acceptanceOf(row)
        .slice(0, SHOWN_POSITIONS)
        .map(share => Math.round(100 * share))
        .join(' '),
    ]);
  return table(head, cells);
}

function categoryTable({ rows, kinds, categories, temperatures }: SpecBench): string {
  const drafting = kinds.filter(kind => kind !== PLAIN);
  const cells = categories.flatMap(category =>
    temperatures.map(temperature => [
      category,
      String(temperature),
      ...drafting.map(kind => {
        const row = rows.find(
          row => row.kind === kind && row.category === category && row.temperature === temperature,
        );
        return row ? `${speedupText(row)}, ${row.tokensPerRound.toFixed(2)} per round` : '';
      }),
    ]),
  );
  return table(['category', 'temperature', ...drafting], cells);
}

function speedupText({ speedup }: SpecBenchRow): string {
  return speedup === null ? '' : `${speedup.toFixed(2)}×`;
}

function speedText({ tokensPerSecond }: SpecBenchRow): string {
  if (tokensPerSecond.length === 0) return '';
  const range = `${figure(Math.min(...tokensPerSecond))}–${figure(Math.max(...tokensPerSecond))}`;
  return `${figure(measured(tokensPerSecond).median)} (${range})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n');
}
