import { expect, it } from 'vitest';
import { readQuery } from './searchQuery.ts';

const repository = (name: string, wanted: string | null = null) => ({ kind: 'repository', name, wanted });

it.each([
  ['', { kind: 'nothing' }],
  ['  ', { kind: 'nothing' }],
  ['qwen', { kind: 'words', words: 'qwen' }],
  [' qwen coder ', { kind: 'words', words: 'qwen coder' }],
  ['a/../b', { kind: 'words', words: 'a/../b' }],
  ['Qwen/Qwen3-0.6B-GGUF', repository('Qwen/Qwen3-0.6B-GGUF')],
  ['hf:Qwen/Qwen3-0.6B-GGUF:Q8_0', repository('Qwen/Qwen3-0.6B-GGUF', 'Q8_0')],
  ['org/name/sub/a.gguf', repository('org/name', 'sub/a.gguf')],
  ['https://huggingface.co/org/name', repository('org/name')],
  ['huggingface.co/org/name/', repository('org/name')],
  ['https://hf.co/org/name?library=gguf', repository('org/name')],
  ['https://huggingface.co/org/name/tree/main', repository('org/name')],
  ['https://huggingface.co/org/name/blob/main/a%20b-Q4_0.gguf', repository('org/name', 'a b-Q4_0.gguf')],
  ['https://huggingface.co/org/name/resolve/main/s/a.gguf?download=true', repository('org/name', 's/a.gguf')],
  ['https://host.test/m.gguf', { kind: 'file', url: 'https://host.test/m.gguf' }],
  ['http://localhost:8080/m.gguf', { kind: 'file', url: 'http://localhost:8080/m.gguf' }],
])('%j is read as what is meant', (text, query) => {
  expect(readQuery(text)).toEqual(query);
});
