import { useEffect, useState } from 'preact/hooks';
import { CopyButton } from '../../frame/CopyButton.tsx';
import type { Run } from '../code/runs.ts';
import type { CodeBlock } from '../document/tree.ts';
import { useLoaded } from '../useLoaded.ts';
import { scrollable } from './scrollable.ts';

const MAX_LABEL = 24;

/** Code with its language and a button that copies it; coloured once it is complete. */
export function CodeBlockView({ block }: { readonly block: CodeBlock }) {
  const text = block.text.replace(/\n$/, '');
  const runs = useRuns(block, text);
  return (
    <div class="code" dir="ltr">
      <div class="code-head">
        <span class="language">{block.language.slice(0, MAX_LABEL)}</span>
        <CopyButton text={text} />
      </div>
      <pre {...scrollable(block.language === '' ? 'Code' : `Code, ${block.language.slice(0, MAX_LABEL)}`)}>
        <code>{runs ? runs.map(runView) : text}</code>
      </pre>
    </div>
  );
}

function runView({ text, kind }: Run, index: number) {
  if (kind === null) return text;
  return (
    <span key={index} class={`code-${kind}`}>
      {text}
    </span>
  );
}

/** Coloured runs of complete code; null before, and for unknown languages. */
function useRuns({ language, isOpen }: CodeBlock, text: string): readonly Run[] | null {
  const loaded = useLoaded(!isOpen && language !== '', loadHighlighter);
  const [coloured, setColoured] = useState<{ text: string; runs: readonly Run[] | null } | null>(null);
  useEffect(() => {
    if (!loaded || isOpen) return;
    // Each block is a task of its own, so that a text with many of them does not block the page.
    const timer = setTimeout(() => setColoured({ text, runs: loaded.highlight(language, text) }));
    return () => clearTimeout(timer);
  }, [loaded, isOpen, language, text]);
  return coloured?.text === text ? coloured.runs : null;
}

function loadHighlighter() {
  return import('../code/highlight.ts');
}
