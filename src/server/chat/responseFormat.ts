import { invalid } from '../http/invalid.ts';
import { isJsonObject, type JsonObject, presentFields } from '../http/json.ts';

/**
 * Returns the schema for the answer to a chat; undefined for none. Throws `invalid_request` for an unknown format, and for
 * the format `json_schema` without a schema.
 */
export function responseSchema(body: JsonObject): unknown {
  const { response_format, json_schema, grammar } = presentFields(body);
  if (json_schema !== undefined && typeof grammar === 'string' && grammar !== '') {
    throw invalid('Cannot use both json_schema and grammar');
  }
  if (response_format === undefined) return undefined;
  if (!isJsonObject(response_format)) throw invalid("response_format must be an object with a 'type'");
  const { type } = presentFields(response_format);
  const schema = schemaIn(response_format);
  switch (type) {
    case 'json_object':
      return schema ?? json_schema ?? { type: 'object' };
    case 'json_schema':
      if (schema !== undefined) return schema;
      throw invalid("response_format of type 'json_schema' needs a schema: json_schema.schema");
    case 'text':
    case '':
      return undefined;
    default:
      if (type === undefined && schema === undefined) return undefined;
      throw invalid(
        `response_format type must be one of "text", "json_object" or "json_schema", but got: ${typeof type === 'string' ? type : JSON.stringify(type)}`,
      );
  }
}

/** Finds the schema: OpenAI puts it into a wrapper object, llama-server next to the type. */
function schemaIn(format: JsonObject): unknown {
  const { json_schema: wrapper = {}, schema: beside } = presentFields(format);
  if (!isJsonObject(wrapper)) throw invalid("response_format.json_schema must be an object with a 'schema'");
  const { schema = beside } = presentFields(wrapper);
  return schema;
}
