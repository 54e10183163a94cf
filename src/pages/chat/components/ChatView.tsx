import type { Context } from '../context.ts';
import { current } from '../conversation/chatState.ts';
import { Composer } from './Composer.tsx';
import { ContextGauge } from './ContextGauge.tsx';
import { MessageList } from './MessageList.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { Status } from './Status.tsx';
import { Welcome } from './Welcome.tsx';

/** The conversation that is shown, and the composer below it. */
export function ChatView(context: Context) {
  const { state, engine, chat, dispatch } = context;
  const { messages } = current(state.chat);
  return (
    <main class="talk">
      {messages.length === 0 ? (
        <Welcome
          state={state}
          onSuggestion={text => void chat.send(text)}
          onModels={() => dispatch({ of: 'view', view: { panel: 'models' } })}
        />
      ) : (
        <MessageList {...context} />
      )}
      <div class="dock">
        {state.engine.status.kind === 'failed' && (
          <ProblemCard error={state.engine.status.error} engine={engine} dispatch={dispatch} />
        )}
        <Composer {...context} />
        <div class="dock-foot">
          <Status state={state} />
          <ContextGauge state={state} />
        </div>
      </div>
    </main>
  );
}
