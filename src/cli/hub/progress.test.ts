import { expect, it } from 'vitest';
import { Progress } from './progress.ts';

function shown(isTTY: boolean, steps: readonly number[], total: number | null): string[] {
  const texts: string[] = [];
  let clock = 0;
  const display = { isTTY, columns: 60, write: (text: string) => texts.push(text) };
  const progress = new Progress(display, 'a.gguf', () => clock);
  for (const loaded of steps) {
    progress.update(loaded, total);
    clock += 50;
  }
  progress.end();
  return texts;
}

it('prints a line for every tenth if the output keeps lines', () => {
  expect(shown(false, [0, 1e6, 5e6, 99e6, 100e6, 200e6], 200e6)).toEqual([
    'a.gguf: 0.0 of 200.0 MB, 0 %\n',
    'a.gguf: 99.0 of 200.0 MB, 49 %\n',
    'a.gguf: 100.0 of 200.0 MB, 50 %\n',
    'a.gguf: 200.0 of 200.0 MB, 100 %\n',
  ]);
});

it('redraws one line on a terminal, at most ten times a second', () => {
  const texts = shown(true, [0, 50e6, 100e6, 200e6], 200e6);
  expect(texts).toHaveLength(4);
  expect(texts[1]).toBe('\r[###############               ]  50 % 100.0 of 200.0 MB a.\x1b[K');
  expect(texts[3]).toBe('\n');
});

it('works without a total', () => {
  expect(shown(false, [1e6], null)).toEqual(['a.gguf: 1.0 MB, 0 %\n']);
});
