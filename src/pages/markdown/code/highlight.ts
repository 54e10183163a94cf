import highlighter from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import kotlin from 'highlight.js/lib/languages/kotlin';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { type Run, Runs } from './runs.ts';

/** Longer code stays plain, since highlighting is one piece of work. */
const MAX_LENGTH = 50_000;

const HIGHLIGHTER = highlighter.newInstance();
HIGHLIGHTER.configure({ __emitter: Runs });
HIGHLIGHTER.registerAliases(['c', 'h', 'wgsl', 'glsl', 'hlsl'], { languageName: 'cpp' });
for (const [name, language] of Object.entries({
  bash,
  cpp,
  csharp,
  css,
  diff,
  go,
  ini,
  java,
  javascript,
  json,
  kotlin,
  python,
  rust,
  sql,
  typescript,
  xml,
  yaml,
})) {
  HIGHLIGHTER.registerLanguage(name, language);
}

/** Runs of code with what each is, or null for a language that is not known here. The runs are text and kinds, no HTML. */
export function highlight(language: string, code: string): readonly Run[] | null {
  if (code.length > MAX_LENGTH || !HIGHLIGHTER.getLanguage(language)) return null;
  // Runs' own constructor has made the emitter.
  const { _emitter } = HIGHLIGHTER.highlight(code, { language, ignoreIllegals: true });
  return _emitter instanceof Runs ? _emitter.runs : null;
}
