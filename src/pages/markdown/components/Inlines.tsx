import type { ComponentChildren } from 'preact';
import { assertNever } from '../../../util/assert.ts';
import type { Inline } from '../document/tree.ts';
import { FormulaView } from './FormulaView.tsx';

/** Text with its marks. */
export function Inlines({ nodes }: { readonly nodes: readonly Inline[] }) {
  return <>{nodes.map(inlineView)}</>;
}

function inlineView(node: Inline, index: number): ComponentChildren {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'break':
      return <br key={index} />;
    case 'code':
      return <code key={index}>{node.text}</code>;
    case 'formula':
      return <FormulaView key={index} source={node.source} isDisplay={node.isDisplay} isOpen={node.isOpen} />;
    case 'emphasis':
      return <em key={index}>{node.children.map(inlineView)}</em>;
    case 'strong':
      return <strong key={index}>{node.children.map(inlineView)}</strong>;
    case 'struck':
      return <s key={index}>{node.children.map(inlineView)}</s>;
    case 'link':
      return (
        <Link key={index} address={node.address}>
          {node.children.map(inlineView)}
        </Link>
      );
    case 'image':
      return (
        <Link key={index} address={node.address}>
          {`Image: ${[node.alt, node.address].filter(Boolean).join(' – ')}`}
        </Link>
      );
    default:
      return assertNever(node);
  }
}

/** The title says where the link leads, whatever its text says. */
function Link({
  address,
  children,
}: {
  readonly address: string | null;
  readonly children: ComponentChildren;
}) {
  if (address === null) return <span class="pending-link">{children}</span>;
  return (
    <a href={address} title={address} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}
