import { assertNever } from '../../../util/assert.ts';
import type { Answer } from '../answer/answer.ts';
import type { Context } from '../context.ts';
import type { AssistantMessage, Finish } from '../conversation/conversation.ts';
import { duration, percent, rate } from '../format.ts';
import { DraftedText } from '../speculation/DraftedText.tsx';
import { AnswerProblem } from './AnswerProblem.tsx';
import { Markdown } from './Markdown.tsx';
import { ToolCalls } from './ToolCalls.tsx';

interface Props extends Pick<Context, 'chat'> {
  readonly message: AssistantMessage;
  readonly phase: Answer['phase'] | null;
  readonly isLast: boolean;
  readonly showsDraft: boolean;
}

/** Answer of the model: thoughts, text, calls of tools, and how it ended. */
export function AnswerBody({ message, phase, isLast, showsDraft, chat }: Props) {
  const { content, reasoning, toolCalls, spans, error } = message;
  const isStreaming = phase !== null;
  return (
    <div class="answer" aria-busy={isStreaming} data-testid={isStreaming ? 'growing' : 'answer'}>
      {reasoning !== '' && (
        <details class="thoughts">
          <summary>{isStreaming && content === '' ? 'Thinking…' : 'Thoughts'}</summary>
          <div class="plain" dir="auto">
            {reasoning}
          </div>
        </details>
      )}
      {showsDraft && spans !== null && spans.length > 0 ? (
        <DraftedText spans={spans} />
      ) : (
        content !== '' && <Markdown text={content} isStreaming={isStreaming} />
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

function endingOf({ finish, timings, model }: AssistantMessage): string {
  const figures =
    timings === null
      ? []
      : [
          `${timings.predicted_n} tokens`,
          ...(timings.predicted_per_second > 0 ? [`${rate(timings.predicted_per_second)} per second`] : []),
          `first after ${duration(timings.prompt_ms)}`,
          ...(timings.draft_n
            ? [`${percent(timings.draft_n_accepted ?? 0, timings.draft_n)} of the draft accepted`]
            : []),
        ];
  return [model, sentence(finish), ...figures].filter(part => part !== '').join(' · ');
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
