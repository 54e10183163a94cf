import katex from 'katex';
import 'katex/dist/katex.min.css';

/** Definitions could make a short formula a huge one, and no formula of a model needs them. */
const DEFINITION = /\\(?:[gex]?def|let|futurelet|global|long|(?:re|provide)?newcommand)(?![a-zA-Z])/;
const MAX_LENGTH = 4000;
/** Depth of groups: browsers lay out elements recursively. */
const MAX_DEPTH = 40;

/**
 * Typesets a TeX formula into `element`; false if KaTeX does not accept the formula, or where it would need too much. KaTeX makes
 * elements with DOM methods, never from HTML. Commands that set links, images, classes or styles are off (`trust`).
 */
export function typeset(element: HTMLElement, source: string, isDisplay: boolean): boolean {
  if (source.length > MAX_LENGTH || DEFINITION.test(source) || depthOf(source) > MAX_DEPTH) return false;
  try {
    katex.render(source, element, {
      displayMode: isDisplay,
      trust: false,
      strict: 'ignore',
      maxSize: 10,
      maxExpand: 500,
      throwOnError: true,
    });
    return true;
  } catch {
    // The source is shown instead, which says more than the error.
    return false;
  }
}

/** Depth of `{…}`, `\left…\right` and `\begin…\end` in each other. */
function depthOf(source: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [mark] of source.matchAll(/\\(?:left|begin|right|end)(?![a-zA-Z])|\\.|[{}]/gs)) {
    if (mark === '{' || mark === '\\left' || mark === '\\begin') deepest = Math.max(deepest, ++depth);
    else if (mark === '}' || mark === '\\right' || mark === '\\end') depth--;
  }
  return deepest;
}
