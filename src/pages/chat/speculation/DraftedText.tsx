import { useMemo } from 'preact/hooks';
import type { Span } from '../conversation/conversation.ts';

/** Spans that are drawn together; while a text grows only the last group changes. */
const GROUP = 64;

/** Text whose accepted draft tokens are tinted and underlined. */
export function DraftedText({ spans }: { spans: readonly Span[] }) {
  const groups = Array.from({ length: Math.ceil(spans.length / GROUP) }, (_, index) => index);
  return (
    <div class="plain drafted" dir="auto" data-testid="drafted">
      {groups.map(group => (
        <Group key={group} spans={spans} from={group * GROUP} />
      ))}
    </div>
  );
}

function Group({ spans, from }: { spans: readonly Span[]; from: number }) {
  const to = Math.min(from + GROUP, spans.length);
  // Spans are only ever appended, and the last one grows: its number and the last text tell whether a group changed.
  return useMemo(
    () => (
      <>
        {spans.slice(from, to).map(({ text, drafted }, index) => (
          // Spans are only ever appended, so the index is their identity. An answer shows no white space at its beginning.
          <Piece key={index} text={from + index === 0 ? text.trimStart() : text} drafted={drafted} />
        ))}
      </>
    ),
    [from, to, spans[from], spans[to - 1]],
  );
}

/** White space before a word stays unmarked, because it would look like part of the word before. */
export function Piece({ text, drafted }: Span) {
  if (!drafted) return <>{text}</>;
  const word = text.trimStart();
  return (
    <>
      {text.slice(0, text.length - word.length)}
      <mark>{word}</mark>
    </>
  );
}
