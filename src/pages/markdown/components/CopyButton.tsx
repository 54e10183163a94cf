import { useEffect, useState } from 'preact/hooks';

const LABELS = { idle: 'Copy', copied: 'Copied', refused: 'Not allowed' } as const;
const SHOWN_MS = 2000;

/** Button that copies a text and says whether that worked. */
export function CopyButton({ text }: { readonly text: string }) {
  const [outcome, setOutcome] = useState<keyof typeof LABELS>('idle');
  useEffect(() => {
    if (outcome === 'idle') return;
    const timer = setTimeout(() => setOutcome('idle'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('refused'),
    );
  return (
    <button type="button" class="quiet" onClick={copy}>
      <span aria-live="polite">{LABELS[outcome]}</span>
    </button>
  );
}
