import { Component } from 'preact';
import { useRef } from 'preact/hooks';
import { BlockView } from './components/BlockView.tsx';
import { NOTHING, readMarkdown } from './document/readMarkdown.ts';
import type { Block } from './document/tree.ts';

export interface MarkdownProps {
  readonly text: string;
  /** Whether more text will follow. */
  readonly isStreaming: boolean;
}

/** Blocks of a text. While it grows, only those at its end are read and drawn again. */
export function Content({ text, isStreaming }: MarkdownProps) {
  const reading = useRef(NOTHING);
  reading.current = readMarkdown(text, isStreaming, reading.current);
  return (
    <>
      {reading.current.blocks.map(({ start, block }) => (
        <StableBlock key={start} block={block} />
      ))}
    </>
  );
}

/** Block that is drawn again only when it is another object. Its text determines its direction. */
class StableBlock extends Component<{ readonly block: Block }> {
  override shouldComponentUpdate(next: { readonly block: Block }): boolean {
    return next.block !== this.props.block;
  }

  override render() {
    return (
      <div class="block" dir="auto">
        <BlockView block={this.props.block} />
      </div>
    );
  }
}
