/**
 * Messages over the WebSocket between the process that owns the port and the tab that owns the GPU, each in one frame (frame.ts).
 * Exchanges are those of channel.ts; the body of a request and the bytes of a chunk follow the JSON of their frame.
 */
import type { WireError } from '../util/errors.ts';
import type { AnswerMessage, CallMessage } from './channel.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import type { GivenOptions } from './options.ts';
import type { ServerReport } from './serverReport.ts';

/** Options of `createServer` as a tab gets them: models, folder for slots and cache of look-ups are addresses relative to its page. */
export interface TabOptions extends GivenOptions {
  readonly model: string;
  readonly modelDraft?: string;
}

/** Process to tab. `load` comes first and once. After `close`, the last message, the tab saves, frees the GPU and disconnects. */
export type ToTab =
  | { readonly kind: 'load'; readonly options: TabOptions }
  | { readonly kind: 'close' }
  | CallMessage;

/** Tab to process. `failed` is the last message of a tab whose models did not load, or whose GPU is lost. */
export type FromTab =
  | { readonly kind: 'ready'; readonly report: ServerReport }
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'log'; readonly line: string }
  | AnswerMessage;

export function encodeMessage(message: ToTab | FromTab): Uint8Array<ArrayBuffer> {
  switch (message.kind) {
    case 'request': {
      const { body, ...head } = message;
      return encodeFrame(head, body ?? new Uint8Array());
    }
    case 'chunk': {
      const { bytes, ...head } = message;
      return encodeFrame(head, bytes);
    }
    default:
      return encodeFrame(message);
  }
}

/** Decodes a frame of `encodeMessage`. The caller vouches for the type. Throws a `SyntaxError` for anything that is no frame. */
export function decodeMessage<Message extends ToTab | FromTab>(frame: Uint8Array<ArrayBuffer>): Message {
  const { message, bytes } = decodeFrame<Message>(frame);
  switch (message.kind) {
    case 'request':
      return { ...message, body: bytes };
    case 'chunk':
      return { ...message, bytes };
    default:
      return message;
  }
}

/** Folder, below the secret path, where a tab reads and writes saved slots. */
export const SLOT_FOLDER = 'slots';

/** File, below the secret path, where a tab keeps what look-ups learn. */
export const LOOKUP_FILE = 'lookups';

/** Address where a tab connects and finds its models, relative to its page. */
export function secretPath(secret: string, name: string): string {
  return `${secret}/${name}`;
}
