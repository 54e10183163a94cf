import type { PromptProgress, SpeculationTrace, Timings } from '../../../client/index.ts';
import type { ChatChunkChoice, ChatCompletionChunk, ChatDelta } from '../../../protocol/openai.ts';
import type { Finish } from '../conversation/conversation.ts';

/** One thing that an event of a chat's stream says. */
export type AnswerEvent =
  | { readonly kind: 'progress'; readonly progress: PromptProgress }
  | { readonly kind: 'content'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  /** A call begins; its arguments follow. */
  | { readonly kind: 'call'; readonly index: number; readonly id: string; readonly name: string }
  | { readonly kind: 'arguments'; readonly index: number; readonly text: string }
  /** Origin of tokens that are new. */
  | { readonly kind: 'trace'; readonly trace: SpeculationTrace }
  | { readonly kind: 'timings'; readonly timings: Timings }
  | { readonly kind: 'finish'; readonly finish: Finish };

/**
 * Events of one chunk of a stream of `/v1/chat/completions`, in the order in which they take effect. `nCtx` is the context of a slot:
 * an answer that ends there has not reached a limit of its own.
 */
export function readChatChunk(chunk: ChatCompletionChunk, nCtx: number): readonly AnswerEvent[] {
  const { choices, prompt_progress, timings } = chunk;
  const [choice] = choices;
  const trace = choice?.speculation_trace;
  const isFull = timings !== undefined && timings.cache_n + timings.prompt_n + timings.predicted_n >= nCtx;
  return [
    ...(prompt_progress ? [{ kind: 'progress', progress: prompt_progress } as const] : []),
    ...(choice ? [...readDelta(choice.delta), ...readFinish(choice, isFull)] : []),
    ...(trace ? [{ kind: 'trace', trace } as const] : []),
    ...(timings ? [{ kind: 'timings', timings } as const] : []),
  ];
}

function readDelta(delta: ChatDelta): readonly AnswerEvent[] {
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
  return 'content' in delta && delta.content ? [{ kind: 'content', text: delta.content }] : [];
}

function readFinish({ finish_reason: reason }: ChatChunkChoice, isFull: boolean): readonly AnswerEvent[] {
  if (reason === null) return [];
  return [{ kind: 'finish', finish: reason === 'length' && isFull ? 'context' : reason }];
}
