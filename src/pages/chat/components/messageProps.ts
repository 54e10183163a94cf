import type { Answer } from '../answer/answer.ts';
import type { Context } from '../context.ts';
import type { Message } from '../conversation/conversation.ts';

/** Whether an answer is shown as text that says where its tokens came from, and with the refused ones. */
export type DraftShown = 'no' | 'yes' | 'withRejected';

/** Properties of a message in the list. */
export interface MessageProps extends Pick<Context, 'chat' | 'dispatch'> {
  readonly message: Message;
  /** Index among the replies to the same message, and their number. */
  readonly place: number;
  readonly nSiblings: number;
  readonly isLast: boolean;
  readonly isEditing: boolean;
  readonly draft: DraftShown;
  /** Phase of the answer that is being written; null for a message that is done. */
  readonly phase: Answer['phase'] | null;
}
