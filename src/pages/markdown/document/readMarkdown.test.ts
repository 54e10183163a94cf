import { describe, expect, it } from 'vitest';
import { Random } from '../../../engine/grammar/testRandom.ts';
import { NOTHING, type Reading, readMarkdown } from './readMarkdown.ts';
import type { Block, Inline } from './tree.ts';

const text = (value: string): Inline => ({ kind: 'text', text: value });
const paragraph = (...children: readonly (Inline | string)[]): Block => ({
  kind: 'paragraph',
  children: children.map(child => (typeof child === 'string' ? text(child) : child)),
});
const link = (address: string | null, label: string): Inline => ({
  kind: 'link',
  address,
  children: [text(label)],
});
const strong = (...children: readonly Inline[]): Inline => ({ kind: 'strong', children });
const emphasis = (...children: readonly Inline[]): Inline => ({ kind: 'emphasis', children });
const code = (value: string): Inline => ({ kind: 'code', text: value });
const formula = (source: string, isDisplay = false, isOpen = false): Inline => ({
  kind: 'formula',
  source,
  isDisplay,
  isOpen,
});
const item = (...children: readonly Block[]) => ({ done: null, children });
const list = (...items: readonly Block[]): Block => ({
  kind: 'list',
  start: null,
  items: items.map(block => item(block)),
});

const blocksOf = ({ blocks }: Reading): Block[] => blocks.map(({ block }) => block);
const read = (source: string): Block[] => blocksOf(readMarkdown(source, false));
const readStart = (source: string): Block[] => blocksOf(readMarkdown(source, true));

describe('a text', () => {
  it.each<[string, Block[]]>([
    ['one\ntwo', [paragraph('one', { kind: 'break' }, 'two')]],
    ['*a **b***', [paragraph(emphasis(text('a '), strong(text('b'))))]],
    ['~~no~~ `x`', [paragraph({ kind: 'struck', children: [text('no')] }, ' ', code('x'))]],
    ['### Title', [{ kind: 'heading', level: 3, children: [text('Title')] }]],
    ['> a\n> b', [{ kind: 'quote', children: [paragraph('a', { kind: 'break' }, 'b')] }]],
    ['- a\n\n- b', [list(paragraph('a'), paragraph('b'))]],
    ['- a\n- b', [list(paragraph('a'), paragraph('b'))]],
    ['7. a', [{ kind: 'list', start: 7, items: [item(paragraph('a'))] }]],
    [
      '- [x] a\n- [ ] b',
      [
        {
          kind: 'list',
          start: null,
          items: [
            { done: true, children: [paragraph('a')] },
            { done: false, children: [paragraph('b')] },
          ],
        },
      ],
    ],
    ['---', [{ kind: 'rule' }]],
    ['```py x=1\na\n```', [{ kind: 'code', language: 'py', text: 'a\n', isOpen: false }]],
    ['```\na', [{ kind: 'code', language: '', text: 'a', isOpen: false }]],
    [
      '|a|b|\n|-|:-:|\n|1|\n',
      [
        {
          kind: 'table',
          aligns: [null, 'center'],
          head: [[text('a')], [text('b')]],
          rows: [[[text('1')], []]],
        },
      ],
    ],
    ['[a](https://b.example/c "t")', [paragraph(link('https://b.example/c', 'a'))]],
    ['see https://b.example.', [paragraph('see ', link('https://b.example/', 'https://b.example'), '.')]],
    ['main.py and a.example', [paragraph('main.py and a.example')]],
    [
      '![x *y*](https://b.example/i.png)',
      [paragraph({ kind: 'image', address: 'https://b.example/i.png', alt: 'x *y*' })],
    ],
    ['[a][1]\n\n[1]: https://b.example/', [paragraph(link('https://b.example/', 'a'))]],
    ['a\r\nb\0', [paragraph('a', { kind: 'break' }, 'b\uFFFD')]],
    ['<b>a</b> &amp; <!-- c -->', [paragraph('<b>a</b> & <!-- c -->')]],
  ])('%j is read', (source, blocks) => {
    expect(read(source)).toEqual(blocks);
  });

  it.each<[string, Block[]]>([
    ['$x^2$ and $y$.', [paragraph(formula('x^2'), ' and ', formula('y'), '.')]],
    ['It costs $5 or $6, not US$7.', [paragraph('It costs $5 or $6, not US$7.')]],
    ['$HOME and $PATH', [paragraph('$HOME and $PATH')]],
    ['`$a` $b\\$c$', [paragraph(code('$a'), ' ', formula('b\\$c'))]],
    ['\\$a$', [paragraph('$a$')]],
    ['\\(x\\) \\[y\\]', [paragraph(formula('x'), ' ', formula('y', true))]],
    ['a $$x$$ b', [paragraph('a ', formula('x', true), ' b')]],
    ['$$\nx\n$$', [{ kind: 'formula', source: 'x', isOpen: false }]],
    ['a\n\\[\nx\n\\]\nb', [paragraph('a'), { kind: 'formula', source: 'x', isOpen: false }, paragraph('b')]],
    ['- $$x$$', [list({ kind: 'formula', source: 'x', isOpen: false })]],
    ['\\[a\n\nb\\]', [paragraph('[a'), paragraph('b]')]],
    ['$a *b$ c* d', [paragraph(formula('a *b'), ' c* d')]],
  ])('%j has these formulas', (source, blocks) => {
    expect(read(source)).toEqual(blocks);
  });
});

describe('the start of a text that grows', () => {
  it.each<[string, Block[]]>([
    ['a **bo', [paragraph('a ', strong(text('bo')))]],
    ['a **bold*', [paragraph('a ', strong(text('bold')))]],
    ['a *b **c', [paragraph('a ', emphasis(text('b '), strong(text('c'))))]],
    ['***a', [paragraph(emphasis(strong(text('a'))))]],
    ['a *b* *c', [paragraph('a ', emphasis(text('b')), ' ', emphasis(text('c')))]],
    ['2*3 and', [paragraph('2*3 and')]],
    ['**a\n\n', [paragraph('**a')]],
    ['call `f(x', [paragraph('call ', code('f(x'))]],
    ['a `b` and `', [paragraph('a ', code('b'), ' and')]],
    ['see [the *page](https://a.ex', [paragraph('see ', link(null, 'the *page'))]],
    ['see [a](b c', [paragraph('see [a](b c')]],
    ['![chart](https://a.ex', [paragraph(link(null, 'chart'))]],
    ['- **a', [list(paragraph(strong(text('a'))))]],
    ['a\n-', [paragraph('a')]],
    ['a\n\n>', [paragraph('a')]],
    ['> a\n>', [{ kind: 'quote', children: [paragraph('a')] }]],
    ['a\n\n1', [paragraph('a')]],
    ['a\n\n1.', [paragraph('a')]],
    ['a\n\n``', [paragraph('a')]],
    ['- [', []],
    ['```js\nlet a', [{ kind: 'code', language: 'js', text: 'let a', isOpen: true }]],
    ['```js\na\n``', [{ kind: 'code', language: 'js', text: 'a\n', isOpen: true }]],
    ['```js\na\n```\n\nb', [{ kind: 'code', language: 'js', text: 'a\n', isOpen: false }, paragraph('b')]],
    ['- ```\n  a', [list({ kind: 'code', language: '', text: 'a', isOpen: true })]],
    ['$$\nx +', [{ kind: 'formula', source: 'x +', isOpen: true }]],
    ['so \\(x +', [paragraph('so ', formula('x +', false, true))]],
    ['costs $5', [paragraph('costs $5')]],
    ['[a][1]\n\n[1]: https://b.example/', [paragraph('[a][1]')]],
  ])('%j looks as it will', (source, blocks) => {
    expect(readStart(source)).toEqual(blocks);
  });

  it.each([
    '|a',
    '|a|',
    '|a|b',
    '|a|b|\n',
    '|a|b|\n|',
    '|a|b|\n|--',
    '|a|b|\n|--|-',
    '|a|b|\n|--|--|\n|',
    '|a\\|b|c',
  ])('has a table for %j', source => {
    const [table, ...others] = readStart(`x\n\n${source}`).slice(1);
    expect(others).toEqual([]);
    expect(table?.kind).toBe('table');
  });

  it('keeps the objects of all blocks but the last two', () => {
    const blocks = ['# A', 'b', '```\nc\n```', '- d', '|e|\n|-|\n|f|', 'g'];
    const whole = blocks.join('\n\n');
    const before = readMarkdown(whole, true);
    const after = readMarkdown(`${whole} and more`, true, before);
    expect(after.blocks).toHaveLength(6);
    for (const [index, block] of after.blocks.slice(0, 5).entries()) expect(block).toBe(before.blocks[index]);
    expect(blocksOf(after).at(-1)).toEqual(paragraph('g and more'));
    const finished = readMarkdown(`${whole} and more`, false, after);
    for (const [index, block] of finished.blocks.slice(0, 5).entries())
      expect(block).toBe(before.blocks[index]);
  });

  it('has links to addresses that are defined elsewhere once it is complete, and not any more when that is changed', () => {
    const start = readMarkdown('[a][1]\n\nb\n\nc\n\nd\n\n[1]: https://b.example/', true);
    expect(blocksOf(start)[0]).toEqual(paragraph('[a][1]'));
    const complete = readMarkdown(start.text, false, start);
    expect(blocksOf(complete)[0]).toEqual(paragraph(link('https://b.example/', 'a')));
    expect(blocksOf(readMarkdown('[a][1]\n\nb\n\nc\n\nd', false, complete))[0]).toEqual(paragraph('[a][1]'));
  });
});

describe('texts of random pieces', () => {
  const PIECES =
    'a|word|2| |  |    |\t|\n|\n\n|\n|*|**|_|~~|`|```|~~~|- |* |1. |2|.|) |> |# |---|===|=|\\|\\(|\\)|\\[|\\]|$|$$|[|]|(|](https://a.example)|![|<b>|&amp;|-|+|[ ] |[x] |\r\n|:|!'
      .split('|')
      .concat('|', '|-|-|', '|a|b|\n');
  const random = new Random(5);
  const texts = Array.from({ length: 300 }, () =>
    Array.from({ length: 4 + random.below(40) }, () => random.among(PIECES)).join(''),
  );

  it('are read the same in steps and at once', () => {
    for (const whole of texts) {
      let before = NOTHING;
      for (let end = 1; end < whole.length; end += 1 + random.below(6)) {
        before = readMarkdown(whole.slice(0, end), true, before);
        expect(before, JSON.stringify(before.text)).toEqual(readMarkdown(before.text, true));
      }
      expect(readMarkdown(whole, false, before), JSON.stringify(whole)).toEqual(readMarkdown(whole, false));
    }
  });
});
