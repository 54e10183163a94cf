import type { ResponseObject } from '../../../protocol/responses.ts';
import type { Tokenizer } from '../../../tokenizer/index.ts';
import { type AnswerSyntax, wholeAnswer } from '../../chat/answerReader.ts';
import type { CompletionFormat } from '../../completion/completionFormat.ts';
import type { JsonObject } from '../../http/json.ts';
import { ResponseEnvelope } from './envelope.ts';
import { MessageLogprobs } from './logprobs.ts';
import { finalState } from './output.ts';
import { ResponseStream } from './stream.ts';

/**
 * Creates the format of `POST /v1/responses` for one `request`, whose answer is in `syntax`. Every event of a stream is named
 * by its type.
 */
export function createResponsesFormat(
  model: string,
  syntax: AnswerSyntax,
  request: JsonObject,
  tokenizer: Tokenizer,
): CompletionFormat {
  const envelope = new ResponseEnvelope(model, request);
  const stream = new ResponseStream(envelope, syntax, tokenizer);
  return {
    id: envelope.id,
    whole([result], params): ResponseObject {
      const reader = wholeAnswer(syntax, result.content);
      const tokens = new MessageLogprobs();
      tokens.push(result.completion_probabilities);
      const logprobs = tokens.take(reader.answer.content);
      const state = finalState(result, logprobs, reader, envelope, tokenizer);
      return envelope.object(state, params);
    },
    events(chunk, params) {
      const events = chunk.stop ? stream.end(chunk, params) : stream.next(chunk, params);
      return events.map(data => ({ name: data.type, data }));
    },
    lastLine: null,
  };
}
