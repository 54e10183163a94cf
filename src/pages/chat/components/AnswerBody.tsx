import { assertNever } from '../../../util/assert.ts';
import { Markdown } from '../../markdown/Markdown.tsx';
import type { Answer } from '../answer/answer.ts';
import type { Context } from '../context.ts';
import type { AssistantMessage, Finish } from '../conversation/conversation.ts';
import { TracedText } from '../speculation/TracedText.tsx';
import { AnswerProblem } from './AnswerProblem.tsx';
import { figuresText } from './figuresText.ts';
import type { DraftShown } from './messageProps.ts';
import { ToolCalls } from './ToolCalls.tsx';

interface Props extends Pick<Context, 'chat'> {
  readonly message: AssistantMessage;
  readonly phase: Answer['phase'] | null;
  readonly isLast: boolean;
  readonly draft: DraftShown;
}

/** Answer of the model: thoughts, text, calls of tools, and how it ended. */
export function AnswerBody({ message, phase, isLast, draft, chat }: Props) {
  const { content, reasoning, toolCalls, trace, error } = message;
  const isStreaming = phase !== null;
  return (
    <div class="answer" aria-busy={isStreaming} data-testid={isStreaming ? 'growing' : 'answer'}>
      {reasoning !== '' && (
        <details class="thoughts">
          <summary>{isStreaming && content === '' ? 'Thinking…' : 'Thoughts'}</summary>
          <Markdown text={reasoning} isStreaming={isStreaming} />
        </details>
      )}
      {draft !== 'no' && trace !== null && trace.tokens.length > 0 ? (
        <TracedText trace={trace} showRejected={draft === 'withRejected'} />
      ) : (
        content !== '' && <Markdown text={content.trimStart()} isStreaming={isStreaming} />
      )}
      {phase !== null && content === '' && <p class="waiting">{WAITING[phase]}</p>}
      {phase === 'writing' && <span class="caret" aria-hidden="true" />}
      {toolCalls.length > 0 && (
        <ToolCalls calls={toolCalls} onResult={isLast && !isStreaming ? giveResult : null} />
      )}
      {!isStreaming && error !== null && <AnswerProblem error={error} />}
      {!isStreaming && <p class="ending">{endingOf(message)}</p>}
    </div>
  );

  function giveResult(callId: string, text: string): void {
    void chat.giveResult(callId, text);
  }
}

const WAITING: Readonly<Record<Answer['phase'], string>> = {
  waiting: 'Waits for the model to load…',
  reading: 'Reads…',
  writing: '',
};

function endingOf({ finish, timings, model, request }: AssistantMessage): string {
  const isLastPart = request?.after?.isTimed === false;
  return [model, sentence(finish), ...figuresText(timings, isLastPart)]
    .filter(part => part !== '')
    .join(' · ');
}

function sentence(finish: Finish): string {
  switch (finish) {
    case 'stop':
    case 'tool_calls':
    case 'failed':
      return '';
    case 'length':
      return 'reached the limit of tokens';
    case 'context':
      return 'the context is full';
    case 'stopped':
      return 'stopped';
    case 'cut':
      return 'interrupted';
    default:
      return assertNever(finish);
  }
}
