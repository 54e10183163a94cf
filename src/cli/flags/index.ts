import { BROWSER_FLAGS } from './browserFlags.ts';
import { CHAT_FLAGS } from './chatFlags.ts';
import { CONTEXT_FLAGS } from './contextFlags.ts';
import { DOOR_FLAGS } from './doorFlags.ts';
import { EMBEDDING_FLAGS } from './embeddingFlags.ts';
import type { Flag } from './flag.ts';
import { MODEL_FLAGS } from './modelFlags.ts';
import { SAMPLING_FLAGS } from './samplingFlags.ts';
import { SPECULATION_FLAGS } from './speculationFlags.ts';

/** Group of flags under one heading of `--help`. */
export interface FlagGroup {
  readonly title: string;
  readonly flags: readonly Flag[];
}

/** Flags in the order of `--help`: llama-server's, then those of the browser. */
export const FLAG_GROUPS: readonly FlagGroup[] = [
  { title: 'the model', flags: MODEL_FLAGS },
  { title: 'slots and context', flags: CONTEXT_FLAGS },
  { title: 'speculative decoding', flags: SPECULATION_FLAGS },
  { title: 'defaults of requests', flags: SAMPLING_FLAGS },
  { title: 'chats', flags: CHAT_FLAGS },
  { title: 'embeddings and infill', flags: EMBEDDING_FLAGS },
  { title: 'the server', flags: DOOR_FLAGS },
  { title: 'the browser', flags: BROWSER_FLAGS },
];

export const FLAGS: readonly Flag[] = FLAG_GROUPS.flatMap(({ flags }) => flags);
