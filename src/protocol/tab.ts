/**
 * Messages over the WebSocket between the process that owns the port and the tab that owns the GPU, each in one frame (frame.ts).
 * Exchanges are those of worker.ts, with an id instead of a port.
 */
import type { WireError } from '../util/errors.ts';
import type { GivenOptions } from './options.ts';
import type { ServerReport } from './serverReport.ts';
import type { ExchangeMessage, ExchangeRequest } from './worker.ts';

/** Options of `createServer` as a tab gets them: the models and the folder for slots are addresses relative to its page. */
export interface TabOptions extends GivenOptions {
  readonly model: string;
  readonly modelDraft?: string;
}

/** Process to tab. `load` comes first and once; the bytes of a `request` are its body. */
export type ToTab =
  | { readonly kind: 'load'; readonly options: TabOptions }
  | ({ readonly kind: 'request'; readonly id: number } & Omit<ExchangeRequest, 'body'>)
  | { readonly kind: 'cancel'; readonly id: number };

/** Part of a response; the bytes of a `chunk` are those of its frame. */
type Numbered<Message> = Message extends { readonly kind: 'chunk' }
  ? { readonly kind: 'chunk'; readonly id: number }
  : Message & { readonly id: number };

/** Tab to process. `failed` is the last message of a tab whose models did not load, or whose GPU is lost. */
export type FromTab =
  | { readonly kind: 'ready'; readonly report: ServerReport }
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'log'; readonly line: string }
  | Numbered<ExchangeMessage>;

/** Folder, below the secret path, where a tab reads and writes saved slots. */
export const SLOT_FOLDER = 'slots';

/** Address where a tab connects and finds its models, relative to its page. */
export function secretPath(secret: string, name: string): string {
  return `${secret}/${name}`;
}
