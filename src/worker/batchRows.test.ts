import { expect, it } from 'vitest';
import { batchRows } from './batchRows.ts';

it.each([
  { given: undefined, isFallback: false, rows: 256 },
  { given: undefined, isFallback: true, rows: 64 },
  { given: 8, isFallback: false, rows: 8 },
])(
  'a batch has $rows rows if nBatch is $given and isFallback is $isFallback',
  ({ given, isFallback, rows }) => {
    expect(batchRows(given, { isFallback })).toBe(rows);
  },
);
