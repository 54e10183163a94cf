import { describe, expect, it } from 'vitest';
import { type Reading, readMarkdown } from './readMarkdown.ts';
import type { Block, Inline } from './tree.ts';

const N = 10_000;
const times = (piece: string, n = N) => piece.repeat(n);

/** All nodes of a tree; throws where it is too deep for an engine that lays it out recursively. */
function nodesOf(nodes: readonly (Block | Inline)[], depth = 0): (Block | Inline)[] {
  if (depth > 60) throw new Error('the tree is too deep');
  return nodes.flatMap(node => [node, ...nodesOf(childrenOf(node), depth + 1)]);
}

function childrenOf(node: Block | Inline): readonly (Block | Inline)[] {
  if (node.kind === 'list') return node.items.flatMap(({ children }) => children);
  if (node.kind === 'table') return [...node.head, ...node.rows.flat()].flat();
  return 'children' in node ? node.children : [];
}

const blocksOf = ({ blocks }: Reading): Block[] => blocks.map(({ block }) => block);

function addressesOf(text: string): string[] {
  return nodesOf(blocksOf(readMarkdown(text, false))).flatMap(node =>
    (node.kind === 'link' || node.kind === 'image') && node.address !== null ? node.address : [],
  );
}

describe('addresses', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'vbscript:msgbox(1)',
    'data:text/html,<script>alert(1)</script>',
    'data:text/html;base64,PHNjcmlwdD4=',
    'data:image/svg+xml,<svg/onload=alert(1)>',
    'file:///etc/passwd',
    'blob:https://a.example/1',
    'filesystem:https://a.example/1',
    'intent://a#Intent;end',
    'about:blank',
    'view-source:https://a.example',
    '//a.example/b',
    '/b',
    '?b',
    '#b',
    'b.html',
    'java&#115;cript:alert(1)',
    'java&#x73;cript:alert(1)',
    '&#106;avascript&colon;alert(1)',
    'javascript&#58;alert(1)',
    'java&Tab;script:alert(1)',
    'java&NewLine;script:alert(1)',
    'java%0ascript:alert(1)',
    'java\tscript:alert(1)',
    'java\u0000script:alert(1)',
    '\u0001javascript:alert(1)',
    '\u200bjavascript:alert(1)',
    '\ufeffjavascript:alert(1)',
    'ｊａｖａｓｃｒｉｐｔ:alert(1)',
    'javascript\\:alert(1)',
    'javascript://https://a.example/%0aalert(1)',
    'http',
    'https:',
    'mailto',
  ])('%j is no link, however it is written', address => {
    const texts = [
      `[a](${address})`,
      `[a](<${address}> "t")`,
      `![a](${address})`,
      `<${address}>`,
      `[a]\n\n[a]: ${address}`,
      `[a]\n\n[a]: <${address}>`,
      `[![a](${address})](${address})`,
      `| [a](${address}) |\n|-|`,
    ];
    const addresses = texts.flatMap(addressesOf);
    expect(addresses.filter(address => !/^https:\/\/a\.example\//.test(address))).toEqual([]);
  });

  it.each(['https://good.example@evil.example/', 'https://user:secret@evil.example/'])(
    '%s does not lead to the host after the name',
    address => {
      const addresses = [`[a](${address})`, `![a](${address})`, `<${address}>`, address].flatMap(addressesOf);
      expect(addresses.filter(address => address.includes('evil'))).toEqual([]);
    },
  );

  it.each([
    ['[a](https://a.example/b?c=d&amp;e#f)', 'https://a.example/b?c=d&e#f'],
    ['[a](HTTP://A.example)', 'http://a.example/'],
    ['[a](https://аррӏе.example)', 'https://xn--80ak6aa92e.example/'],
    ['[a](mailto:b@c.example)', 'mailto:b@c.example'],
    ['<https://a.example/"onclick=alert(1)>', 'https://a.example/%22onclick=alert(1)'],
    ["[a](https://a.example/'><script>)", "https://a.example/'%3E%3Cscript%3E"],
    ['https://a.example/b', 'https://a.example/b'],
  ])('%j leads to %s', (text, address) => {
    expect(addressesOf(text)).toEqual([address]);
  });
});

describe('HTML', () => {
  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg><script>alert(1)</script></svg>',
    '<svg/onload=alert(1)>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<a href="javascript:alert(1)">a</a>',
    '<style>@import "https://a.example";</style>',
    '<!-- --><math><mi xlink:href="javascript:alert(1)">',
    '<form action="https://a.example"><input autofocus onfocus=alert(1)>',
    '<base href="https://a.example">',
    '<meta http-equiv="refresh" content="0;url=https://a.example">',
  ])('%j is text', html => {
    for (const text of [html, `a ${html}`, `> ${html}`, `|${html.replaceAll('|', '')}|\n|-|`, `# ${html}`]) {
      const nodes = nodesOf(blocksOf(readMarkdown(text, false)));
      const shown = nodes
        .flatMap(node => ('text' in node ? node.text : node.kind === 'link' ? '' : []))
        .join('');
      expect(shown.replaceAll(/\s/g, '')).toContain(html.replaceAll(/\s/g, ''));
    }
  });
});

describe('work', () => {
  it.each<[string, string]>([
    ['quotes', times('>')],
    ['quotes with spaces', times('> ')],
    ['brackets', times('[')],
    ['closing brackets', times(']')],
    ['asterisks', times('*')],
    ['spaced asterisks', times('*a ')],
    ['mixed emphasis', times('*a **a ', N / 2)],
    ['underscores', times('_a__')],
    ['nested emphasis', `${times('*a ')}${times(' a*')}`],
    ['nested strong emphasis', `${times('**a ', N / 2)}${times(' a**', N / 2)}`],
    ['tildes', times('~~a')],
    ['backticks of growing length', Array.from({ length: 400 }, (_, n) => `e${times('`', n)}`).join('')],
    ['lone backticks', times('`a\\', N)],
    ['links in links', times('[a](')],
    ['links that end', times('a](b) ')],
    ['images in images', `${times('![', N / 2)}a${times('](https://b.example)', N / 2)}`],
    ['definitions', times('[a]: x\n', N / 2)],
    ['bullets in a line', times('- ')],
    ['numbers in a line', times('1. ')],
    ['lists in lists', Array.from({ length: 300 }, (_, n) => `${times('  ', n)}* a`).join('\n')],
    ['fences in lists', times('- ```\n', N / 2)],
    ['less-than signs', times('<')],
    ['comments', times('<!--')],
    ['entities', times('&')],
    ['numbers of entities', `&#${times('9')};`],
    ['schemes', times('http://')],
    ['mail addresses', times('a@')],
    ['dollars', times('$')],
    ['dollars with text', times('$a ')],
    ['open formulas', times('\\(a')],
    ['lines of open formulas', times('\\[\n')],
    ['lines of dollars', times('$$a\n')],
    ['pipes', `${times('|')}\n${times('|-')}|`],
    ['rows of missing cells', `${times('a|', 300)}\n${times('-|', 300)}\n${times('x\n', 1000)}`],
    ['a long word', times('x', 100 * N)],
    ['a long run of spaces', `a${times(' ', 10 * N)}b`],
    ['line breaks', times('\n', 10 * N)],
    ['marks of lists and quotes', times('> - ', N / 2)],
  ])('on %s is short and the tree is flat, complete or not', (_, text) => {
    for (const isStreaming of [false, true]) {
      expect(cpuMs(() => nodesOf(blocksOf(readMarkdown(text, isStreaming))))).toBeLessThan(1000);
    }
  });
});

/** Time on the processor; the least of a few, since other processes slow it down as well. */
function cpuMs(work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3 && least > 500; i++) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
