/** Target of a search: the text of the search field, understood. */
export type Query =
  | { readonly kind: 'nothing' }
  /** Words for the Hub's search. */
  | { readonly kind: 'words'; readonly words: string }
  /** Repository of the Hub, and perhaps a type or a file in it. */
  | { readonly kind: 'repository'; readonly name: string; readonly wanted: string | null }
  /** Address of a GGUF file elsewhere. */
  | { readonly kind: 'file'; readonly url: string };

/** Hosts whose addresses are repositories. */
const HUB = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\//i;
/** `ORG/NAME`, with `:TYPE` or a path behind it. */
const REPOSITORY = /^([\w][\w.-]*\/[\w][\w.-]*)(?::([\w.-]+)|\/(.*))?$/;
/** Between a repository and a path in its addresses. */
const VIEW = /^(?:tree|blob|resolve|raw)\/[^/]+\/?/;

/** Reads `ORG/NAME`, `hf:ORG/NAME:TYPE`, an address of the Hub or of a file, or words. */
export function readQuery(text: string): Query {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'nothing' };
  const isUrl = /^https?:\/\//i.test(trimmed);
  if (isUrl && !HUB.test(trimmed)) return { kind: 'file', url: trimmed };
  const path = (trimmed.replace(/^hf:/i, '').replace(HUB, '').split(/[?#]/, 1)[0] ?? '').replace(/\/+$/, '');
  const [, name, type, rest] = REPOSITORY.exec(path) ?? [];
  if (name === undefined || name.includes('..')) return { kind: 'words', words: trimmed };
  const file = decode(rest ?? '').replace(VIEW, '');
  return { kind: 'repository', name, wanted: type ?? (file.toLowerCase().endsWith('.gguf') ? file : null) };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
