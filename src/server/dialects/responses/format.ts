import type { ResponseObject } from '../../../protocol/responses.ts';
import { type AnswerSyntax, wholeAnswer } from '../../chat/answerReader.ts';
import type { CompletionFormat } from '../../completion/completionFormat.ts';
import { nowInSeconds, outputOf, ResponseIds, responseUsage } from './output.ts';
import { ResponseStream } from './stream.ts';

/** `POST /v1/responses` for one request, whose answer is in `syntax`. Every event of a stream is named by its type. */
export function createResponsesFormat(model: string, syntax: AnswerSyntax): CompletionFormat {
  const ids = new ResponseIds();
  const stream = new ResponseStream(model, ids, syntax);
  return {
    id: ids.response,
    whole([result]): ResponseObject {
      return {
        completed_at: nowInSeconds(),
        created_at: ids.createdAt,
        id: ids.response,
        model,
        object: 'response',
        output: outputOf(wholeAnswer(syntax, result.content), ids),
        status: 'completed',
        usage: responseUsage(result),
      };
    },
    events(chunk) {
      const events = chunk.stop ? stream.end(chunk) : stream.next(chunk);
      return events.map(data => ({ name: data.type, data }));
    },
    lastLine: null,
  };
}
