import { useMemo, useRef } from 'preact/hooks';
import type { Context } from '../context.ts';
import { branchOf } from '../conversation/branch.ts';
import { current } from '../conversation/chatState.ts';
import { answerOf } from '../state.ts';
import { Icon } from './Icon.tsx';
import { MessageItem } from './MessageItem.tsx';
import type { DraftShown } from './messageProps.ts';
import { useEnd } from './useEnd.ts';
import { useSlices } from './useSlices.ts';

/** Branch that is shown. Its messages are drawn again only when they change; the answer that is being written is apart. */
export function MessageList({ state, chat, dispatch }: Context) {
  const conversation = current(state.chat);
  const { editing } = state.chat;
  const answer = state.chat.answer?.conversationId === conversation.id ? state.chat.answer : null;
  const growing = answer?.message.id ?? null;
  const { showsDraft, showsRejected } = state.view;
  const traced = showsDraft ? (answerOf(state)?.id ?? null) : null;
  const shown: DraftShown = showsRejected ? 'withRejected' : 'yes';
  const isBusy = state.chat.answer !== null;

  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const { isAtEnd, toEnd, onScroll } = useEnd(scroller, list, conversation.id);

  const turns = useMemo(
    () => branchOf(conversation).filter(({ message }) => message.id !== growing),
    [conversation, growing],
  );
  const nDrawn = useSlices(conversation.id, turns.length);
  // One node, which preact passes over while it is the same.
  const history = useMemo(() => {
    const first = turns.length - nDrawn;
    const items = turns
      .slice(first)
      .map(({ message, siblings }, index) => (
        <MessageItem
          key={message.id}
          message={message}
          place={siblings.indexOf(message.id)}
          nSiblings={siblings.length}
          isLast={first + index === turns.length - 1 && growing === null}
          isEditing={editing === message.id}
          draft={message.id === traced ? shown : 'no'}
          phase={null}
          chat={chat}
          dispatch={dispatch}
        />
      ));
    return <>{items}</>;
  }, [turns, nDrawn, growing, editing, traced, shown, chat, dispatch]);

  return (
    <div class="scroll" ref={scroller} data-busy={isBusy} onScroll={onScroll}>
      <ol class="messages" ref={list} aria-label="Conversation">
        {history}
        {answer && (
          <MessageItem
            key={answer.message.id}
            message={answer.message}
            place={0}
            nSiblings={1}
            isLast
            isEditing={false}
            draft={answer.message.id === traced ? shown : 'no'}
            phase={answer.phase}
            chat={chat}
            dispatch={dispatch}
          />
        )}
      </ol>
      {!isAtEnd && (
        <button type="button" class="to-end" onClick={toEnd} aria-label="To the latest message">
          <Icon name="down" />
        </button>
      )}
    </div>
  );
}
