import { useEffect, useState } from 'preact/hooks';

const OUTCOMES = { copied: 'Copied', refused: 'The browser does not allow it' } as const;
const SHOWN_MS = 2000;

interface CopyButtonProps {
  readonly text: string;
  readonly label?: string;
}

/** Button that copies a text and says whether that worked. */
export function CopyButton({ text, label = 'Copy' }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<keyof typeof OUTCOMES | null>(null);
  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => setOutcome(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () =>
    write(text).then(
      () => setOutcome('copied'),
      () => setOutcome('refused'),
    );
  return (
    <button type="button" class="quiet" onClick={copy}>
      <span aria-live="polite">{outcome === null ? label : OUTCOMES[outcome]}</span>
    </button>
  );
}

/** Rejects where the page came over plain http, too: there is no clipboard then. */
async function write(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
