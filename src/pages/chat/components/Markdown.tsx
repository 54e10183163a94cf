export interface MarkdownProps {
  readonly text: string;
  readonly isStreaming: boolean;
}

/** Text of an answer. */
export function Markdown({ text }: MarkdownProps) {
  return (
    <div class="plain" dir="auto">
      {text.trimStart()}
    </div>
  );
}
