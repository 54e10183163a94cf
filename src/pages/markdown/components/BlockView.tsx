import { assertNever } from '../../../util/assert.ts';
import type { Block, Item, List } from '../document/tree.ts';
import { CodeBlockView } from './CodeBlockView.tsx';
import { FormulaView } from './FormulaView.tsx';
import { Inlines } from './Inlines.tsx';
import { TableView } from './TableView.tsx';

/** Elements of a block. */
export function BlockView({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p>
          <Inlines nodes={block.children} />
        </p>
      );
    case 'heading': {
      // The page has headings of its own above those of a text.
      const Heading = HEADINGS[block.level - 1] ?? 'h6';
      return (
        <Heading class={`level-${block.level}`}>
          <Inlines nodes={block.children} />
        </Heading>
      );
    }
    case 'quote':
      return (
        <blockquote>
          <Blocks blocks={block.children} />
        </blockquote>
      );
    case 'list':
      return <ListView list={block} />;
    case 'table':
      return <TableView table={block} />;
    case 'code':
      return <CodeBlockView block={block} />;
    case 'formula':
      return <FormulaView source={block.source} isOpen={block.isOpen} isDisplay />;
    case 'rule':
      return <hr />;
    default:
      return assertNever(block);
  }
}

const HEADINGS = ['h3', 'h4', 'h5', 'h6'] as const;

/** Blocks within another one; the index identifies them, since text is only ever added at the end. */
function Blocks({ blocks }: { readonly blocks: readonly Block[] }) {
  return (
    <>
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </>
  );
}

function ListView({ list: { start, items } }: { readonly list: List }) {
  const children = items.map((item, index) => <ItemView key={index} item={item} />);
  return start === null ? <ul>{children}</ul> : <ol start={start}>{children}</ol>;
}

function ItemView({ item: { done, children } }: { readonly item: Item }) {
  return (
    <li class={done === null ? undefined : 'task'}>
      {done !== null && (
        <input type="checkbox" checked={done} disabled aria-label={done ? 'Done' : 'Not done'} />
      )}
      <Blocks blocks={children} />
    </li>
  );
}
