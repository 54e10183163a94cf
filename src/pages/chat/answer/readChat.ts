import type { PromptProgress, Timings } from '../../../client/index.ts';
import type { ChatChunkChoice, ChatCompletionChunk, ChatDelta } from '../../../protocol/openai.ts';
import type { Finish } from '../conversation/conversation.ts';

/** One thing that an event of a chat's stream says. */
export type AnswerEvent =
  | { readonly kind: 'progress'; readonly progress: PromptProgress }
  | { readonly kind: 'content'; readonly text: string; readonly drafted: boolean }
  | { readonly kind: 'reasoning'; readonly text: string }
  /** A call begins; its arguments follow. */
  | { readonly kind: 'call'; readonly index: number; readonly id: string; readonly name: string }
  | { readonly kind: 'arguments'; readonly index: number; readonly text: string }
  | { readonly kind: 'timings'; readonly timings: Timings }
  | { readonly kind: 'finish'; readonly finish: Finish };

/** Events of one chunk of a verbose stream of `/v1/chat/completions`, in the order in which they take effect. */
export function readChatChunk(chunk: ChatCompletionChunk): readonly AnswerEvent[] {
  const { choices, prompt_progress, timings, __verbose: verbose } = chunk;
  const [choice] = choices;
  const drafted = verbose?.stop === false && verbose.drafted;
  const isFull = verbose?.stop === true && verbose.truncated;
  return [
    ...(prompt_progress ? [{ kind: 'progress', progress: prompt_progress } as const] : []),
    ...(choice ? [...readDelta(choice.delta, drafted), ...readFinish(choice, isFull)] : []),
    ...(timings ? [{ kind: 'timings', timings } as const] : []),
  ];
}

function readDelta(delta: ChatDelta, drafted: boolean): readonly AnswerEvent[] {
  if ('reasoning_content' in delta) return [{ kind: 'reasoning', text: delta.reasoning_content }];
  if ('tool_calls' in delta && Array.isArray(delta.tool_calls)) {
    return delta.tool_calls.flatMap((call): AnswerEvent[] => {
      const { index } = call;
      const text = call.function.arguments;
      return [
        ...('id' in call ? [{ kind: 'call', index, id: call.id, name: call.function.name } as const] : []),
        ...(text === '' ? [] : [{ kind: 'arguments', index, text } as const]),
      ];
    });
  }
  return 'content' in delta && delta.content ? [{ kind: 'content', text: delta.content, drafted }] : [];
}

function readFinish({ finish_reason: reason }: ChatChunkChoice, isFull: boolean): readonly AnswerEvent[] {
  if (reason === null) return [];
  return [{ kind: 'finish', finish: reason === 'length' && isFull ? 'context' : reason }];
}
