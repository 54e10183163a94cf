import type { Run, Span } from '../state.ts';

/** Prompt and generated text; accepted draft tokens are tinted and underlined. */
export function Output({ run }: { run: Run | null }) {
  return (
    <section class="output" aria-labelledby="output-title" aria-busy={run?.phase === 'running'}>
      <h2 id="output-title" class="hidden">
        Text
      </h2>
      <p class="text">
        <span class="given">{run?.prompt}</span>
        <span data-testid="output">
          {run?.spans.map((span, index) => (
            // Spans are only ever appended, so the index is their identity.
            <Piece key={index} {...span} />
          ))}
        </span>
        {run?.phase === 'running' && <span class="caret" aria-hidden="true" />}
        {!run && <span class="empty">The text appears here.</span>}
      </p>
      <p class="legend">
        <span>
          <mark>proposed by the draft</mark> and accepted
        </span>
        <span>
          <span class="own">chosen by the target</span> itself
        </span>
      </p>
    </section>
  );
}

/** White space before a word stays unmarked, because it would look like part of the word before. */
function Piece({ text, drafted }: Span) {
  if (!drafted) return <>{text}</>;
  const word = text.trimStart();
  return (
    <>
      {text.slice(0, text.length - word.length)}
      <mark>{word}</mark>
    </>
  );
}
