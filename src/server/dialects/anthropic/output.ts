import type { MessageBlock, StopReason } from '../../../protocol/anthropic.ts';
import type { CompletionResponse } from '../../../protocol/completion.ts';
import { assertNever } from '../../../util/assert.ts';
import type { Answer } from '../../chat/answer.ts';
import type { AnswerReader } from '../../chat/answerReader.ts';
import { isJsonObject } from '../../http/json.ts';

/** Blocks of a complete message. */
export function blocksOf(reader: AnswerReader): MessageBlock[] {
  const { reasoning, content, calls } = reader.answer;
  const blocks: MessageBlock[] = [];
  if (reasoning !== '') blocks.push({ type: 'thinking', thinking: reasoning, signature: '' });
  if (content !== '') blocks.push({ type: 'text', text: content });
  for (const [index, { name, arguments: text }] of calls.entries()) {
    blocks.push({ type: 'tool_use', id: reader.callId(index), name, input: inputOf(text) });
  }
  return blocks;
}

/** Arguments that were cut off are not valid JSON, but the block must have an object. */
function inputOf(text: string): unknown {
  try {
    const input: unknown = JSON.parse(text);
    return isJsonObject(input) ? input : {};
  } catch {
    return {};
  }
}

/** Stop reason of a message. */
export function endOf(
  response: CompletionResponse,
  { calls }: Answer,
): { stop_reason: StopReason; stop_sequence: string | null } {
  return {
    stop_reason: stopReason(response, calls.length > 0),
    stop_sequence: response.stopping_word === '' ? null : response.stopping_word,
  };
}

function stopReason(
  { stop_type, truncated, tokens_predicted, generation_settings }: CompletionResponse,
  hasCalls: boolean,
): StopReason {
  switch (stop_type) {
    case 'word':
      return 'stop_sequence';
    case 'eos':
      return hasCalls ? 'tool_use' : 'end_turn';
    case 'limit':
    case 'none':
      return truncated && tokens_predicted < generation_settings.max_tokens
        ? 'model_context_window_exceeded'
        : 'max_tokens';
    default:
      return assertNever(stop_type);
  }
}
