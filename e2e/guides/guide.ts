import { readFileSync } from 'node:fs';

/** Steps of a guide. */
export interface Guide {
  /** Files to write, by their paths. */
  readonly files: Readonly<Record<string, string>>;
  /** Packages to install. */
  readonly packages: readonly string[];
  /** Commands to run afterwards, in order. */
  readonly commands: readonly string[];
}

const FENCE = /^```(\w+)(?: title="([^"]+)")?\n([\s\S]*?)^```$/gm;

/** Reads docs/guides/NAME.md: blocks with a title are files, the lines of `sh` blocks are commands. */
export function readGuide(name: string): Guide {
  return parseGuide(readFileSync(new URL(`../../docs/guides/${name}.md`, import.meta.url), 'utf8'));
}

/** Reads the text of a guide. */
export function parseGuide(text: string): Guide {
  const blocks = Array.from(text.matchAll(FENCE), ([, language, title, code]) => ({ language, title, code }));
  const files = blocks.flatMap(({ title, code }) => (title === undefined ? [] : [[title, code]]));
  const lines = blocks.flatMap(({ language, code }) => (language === 'sh' ? code.trim().split('\n') : []));
  return {
    files: Object.fromEntries(files),
    packages: lines.flatMap(line => /^npm i (?:-D )?(.+)$/.exec(line)?.[1].split(' ') ?? []),
    commands: lines.filter(line => !line.startsWith('npm i ')),
  };
}
