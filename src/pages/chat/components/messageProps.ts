import type { Answer } from '../answer/answer.ts';
import type { Context } from '../context.ts';
import type { Message } from '../conversation/conversation.ts';

/** Properties of a message in the list. */
export interface MessageProps extends Pick<Context, 'chat' | 'dispatch'> {
  readonly message: Message;
  /** Index among the replies to the same message, and their number. */
  readonly place: number;
  readonly nSiblings: number;
  readonly isLast: boolean;
  readonly isEditing: boolean;
  readonly showsDraft: boolean;
  /** Phase of the answer that is being written; null for a message that is done. */
  readonly phase: Answer['phase'] | null;
}
