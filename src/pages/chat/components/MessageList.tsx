import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Context } from '../context.ts';
import { branchOf } from '../conversation/branch.ts';
import { current } from '../conversation/chatState.ts';
import { answerOf } from '../state.ts';
import { Icon } from './Icon.tsx';
import { MessageItem } from './MessageItem.tsx';
import type { DraftShown } from './messageProps.ts';

/** Distance from the end, in CSS pixels, within which the list follows new text. */
const NEAR = 48;

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
  const [isAtEnd, setAtEnd] = useState(true);
  const toEnd = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  useLayoutEffect(() => {
    if (isAtEnd) toEnd();
  }, [answer, conversation, isAtEnd]);

  const history = useMemo(() => {
    const turns = branchOf(conversation).filter(({ message }) => message.id !== growing);
    return turns.map(({ message, siblings }, index) => (
      <MessageItem
        key={message.id}
        message={message}
        place={siblings.indexOf(message.id)}
        nSiblings={siblings.length}
        isLast={index === turns.length - 1 && growing === null}
        isEditing={editing === message.id}
        draft={message.id === traced ? shown : 'no'}
        phase={null}
        chat={chat}
        dispatch={dispatch}
      />
    ));
  }, [conversation, growing, editing, traced, shown, chat, dispatch]);

  return (
    <div
      class="scroll"
      ref={scroller}
      data-busy={isBusy}
      onScroll={event => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
        setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR);
      }}
    >
      <ol class="messages" aria-label="Conversation">
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
