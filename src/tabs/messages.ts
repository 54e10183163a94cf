/**
 * Messages between the host of an engine and its guests: tabs of one origin, or its service worker. The host holds the lock that
 * has the name of their `key`. Each also holds a lock of its own while it lives, so that the others learn of its end.
 *
 * A guest sends `join` on the channel of the key, when it begins and whenever a host announces itself there. From then on the two
 * use the guest's own channel, so that the pieces of a response wake nobody else.
 */
import type { AnswerMessage, CallMessage } from '../protocol/channel.ts';
import type { LoadProgress, ServerReport } from '../protocol/serverReport.ts';

/** Version of these messages; contexts with another one do not meet. */
const VERSION = 1;

/** Key of an engine that tabs share, or of the one that answers the addresses of an origin. */
export function keyOf(purpose: 'engine' | 'origin', name: string): string {
  return `foretoken ${VERSION} ${purpose} ${name}`;
}

/** Name of the lock that `id` holds while it lives, and of the channel of a guest. */
export function nameOf(key: string, id: string): string {
  return `${key} ${id}`;
}

/** On the channel of the key. */
export type MeetingMessage = { readonly kind: 'host' } | { readonly kind: 'join'; readonly guest: string };

export type EngineState =
  | { readonly kind: 'loading'; readonly progress: LoadProgress | null }
  | { readonly kind: 'ready'; readonly report: ServerReport };

/** Host to guest. */
export type HostMessage =
  | {
      readonly kind: 'state';
      readonly host: string;
      /** Number of engines before this one. */
      readonly restarts: number;
      readonly state: EngineState;
    }
  | AnswerMessage;

/** Guest to host. */
export type GuestMessage = CallMessage;
