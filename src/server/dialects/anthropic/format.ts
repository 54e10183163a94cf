import type { Message } from '../../../protocol/anthropic.ts';
import { messageFailure } from '../../../protocol/errorBody.ts';
import { type AnswerSyntax, wholeAnswer } from '../../chat/answerReader.ts';
import type { CompletionFormat } from '../../completion/completionFormat.ts';
import { randomId } from '../../http/randomId.ts';
import { blocksOf, endOf } from './output.ts';
import { MessageStream } from './stream.ts';

/**
 * Creates the format of `POST /v1/messages` for one request, whose answer is in `syntax`. Every event of a stream is named by its
 * type.
 */
export function createAnthropicFormat(model: string, syntax: AnswerSyntax): CompletionFormat {
  const id = `chatcmpl-${randomId()}`;
  const stream = new MessageStream(id, model, syntax);
  return {
    id,
    whole([result]): Message {
      const reader = wholeAnswer(syntax, result.content);
      const { tokens_evaluated, tokens_predicted, timings } = result;
      return {
        id,
        type: 'message',
        role: 'assistant',
        content: blocksOf(reader),
        model,
        ...endOf(result, reader.answer),
        usage: {
          cache_read_input_tokens: timings.cache_n,
          input_tokens: tokens_evaluated - timings.cache_n,
          output_tokens: tokens_predicted,
        },
      };
    },
    events(chunk) {
      const events = chunk.stop ? stream.end(chunk) : stream.next(chunk);
      return events.map(data => ({ name: data.type, data }));
    },
    failure: error => ({ name: 'error', data: messageFailure(error) }),
    lastLine: null,
  };
}
