import { ForetokenError } from '../../util/errors.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { type ChatContext, renderChat } from './prompt.ts';
import { readTools } from './tools.ts';

/**
 * The chat request `body` as a request to `/completion`: the conversation becomes the prompt, OpenAI's fields
 * llama-server's, and everything else stays as it is. Throws whatever is wrong with what belongs to chats alone.
 */
export function completionBody(body: JsonObject, context: ChatContext): JsonObject {
  const schema = jsonSchemaOf(body);
  const prompt = renderChat(body, context);
  checkToolUse(body);
  return {
    ...body,
    prompt,
    ...(schema !== undefined && { json_schema: schema }),
    ...nProbsOf(body),
  };
}

/** The schema that the answer has to follow; undefined for none. */
function jsonSchemaOf({ response_format, json_schema, grammar }: JsonObject): unknown {
  if (json_schema !== undefined && json_schema !== null && typeof grammar === 'string' && grammar !== '') {
    throw new ForetokenError('internal', 'Cannot use both json_schema and grammar');
  }
  if (!isJsonObject(response_format)) return undefined;
  const { type, schema, json_schema: wrapper } = response_format;
  switch (type) {
    case 'json_object':
      return schema ?? json_schema ?? {};
    case 'json_schema':
      return (isJsonObject(wrapper) ? wrapper.schema : undefined) ?? {};
    case 'text':
    case '':
      return undefined;
    default:
      if (typeof type !== 'string') return undefined;
      throw new ForetokenError(
        'invalid_request',
        `response_format type must be one of "text" or "json_object", but got: ${type}`,
      );
  }
}

/** Tools may stand in a prompt, but calls of them are not told from text. */
function checkToolUse(body: JsonObject): void {
  const { tools, choice } = readTools(body);
  if (tools.length === 0 || choice === 'none') return;
  throw new ForetokenError(
    'not_supported',
    `${tools.length} tools: calling tools is not supported by this server. Leave out 'tools', or set 'tool_choice' to "none".`,
  );
}

/** llama-server's default for `logprobs` without `top_logprobs`. */
const DEFAULT_TOP_LOGPROBS = 20;

function nProbsOf({ logprobs, top_logprobs }: JsonObject): JsonObject {
  if (logprobs === true) {
    return { n_probs: typeof top_logprobs === 'number' ? top_logprobs : DEFAULT_TOP_LOGPROBS };
  }
  if (top_logprobs === undefined || top_logprobs === null) return {};
  throw new ForetokenError('invalid_request', 'top_logprobs requires logprobs to be set to true');
}
