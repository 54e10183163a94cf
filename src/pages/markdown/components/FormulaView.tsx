import { useLayoutEffect, useRef } from 'preact/hooks';
import { useLoaded } from '../useLoaded.ts';

export interface FormulaProps {
  readonly source: string;
  /** Whether it has a line of its own. */
  readonly isDisplay: boolean;
  /** Whether its end is still to come. */
  readonly isOpen: boolean;
}

/** Formula, or its source until it is complete and the typesetter is there, and where the typesetter refuses it. */
export function FormulaView({ source, isDisplay, isOpen }: FormulaProps) {
  const place = useRef<HTMLSpanElement>(null);
  const loaded = useLoaded(!isOpen, loadTypesetter);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    // The content of the element is the typesetter's, not preact's.
    const isTypeset = !isOpen && loaded?.typeset(element, source, isDisplay) === true;
    if (!isTypeset) element.textContent = source;
    element.classList.toggle('formula-source', !isTypeset);
  }, [loaded, source, isDisplay, isOpen]);
  return <span dir="ltr" class={isDisplay ? 'formula display' : 'formula'} ref={place} />;
}

function loadTypesetter() {
  return import('../formula/typeset.ts');
}
