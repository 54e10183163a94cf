import { ForetokenError } from '../../../util/errors.ts';
import { isJsonObject, type JsonObject, presentFields } from '../../http/json.ts';

/** Block of a message after reading: a part of the content, a thought, or a tool call. */
export type SaidBlock =
  | { readonly kind: 'part'; readonly part: JsonObject }
  | { readonly kind: 'thought'; readonly text: string }
  | { readonly kind: 'call'; readonly call: JsonObject };

/** Any block. The result of a tool call becomes a chat message of its own. */
export type Block = SaidBlock | { readonly kind: 'result'; readonly message: JsonObject };

/**
 * Reads a block of a message of `role`. Throws `invalid_request` with `place` for an unsupported block: to drop it silently
 * would change the conversation.
 */
export function readBlock(block: unknown, role: string, place: string): Block {
  const { type, ...fields } = blockObject(block, place);
  if (role === 'assistant') {
    switch (type) {
      case 'thinking':
        return { kind: 'thought', text: textOf(fields.thinking, `${place}.thinking`) };
      case 'redacted_thinking':
        // Only Anthropic's servers can decrypt it.
        return { kind: 'thought', text: '' };
      case 'tool_use':
        return { kind: 'call', call: readCall(fields, place) };
    }
  }
  if (role === 'user' && type === 'tool_result')
    return { kind: 'result', message: readResult(fields, place) };
  return { kind: 'part', part: readPart(block, place, `a message of the ${role}`) };
}

/** Converts a text, an image, a document or a search result to a part of a chat message. */
function readPart(block: unknown, place: string, where: string): JsonObject {
  const { type, ...fields } = blockObject(block, place);
  switch (type) {
    case 'text':
      return textPart(textOf(fields.text, `${place}.text`));
    case 'image':
      return { type: 'image_url', image_url: { url: imageUrl(fields.source, `${place}.source`) } };
    case 'document':
      return textPart(documentText(fields, place));
    case 'search_result': {
      const { title, source, content } = fields;
      const texts = readTexts(content, `${place}.content`);
      return textPart(enclosed('search_result', [title, source, ...texts]));
    }
    default:
      throw invalid(place, `blocks of type ${JSON.stringify(type)} are not supported in ${where}`);
  }
}

function documentText({ source, title, context }: JsonObject, place: string): string {
  const { type, data, content } = blockObject(source, `${place}.source`);
  switch (type) {
    case 'text':
      return enclosed('document', [title, context, textOf(data, `${place}.source.data`)]);
    case 'content':
      return enclosed('document', [title, context, ...readTexts(content, `${place}.source.content`)]);
    default:
      throw invalid(
        `${place}.source`,
        `documents of type ${JSON.stringify(type)} are not supported: send the text, as type 'text'`,
      );
  }
}

/** Puts the lines between tags. Many templates join parts without a space, and the tags keep the document apart. */
function enclosed(tag: string, lines: readonly unknown[]): string {
  const said = lines.filter(line => typeof line === 'string' && line !== '');
  return `<${tag}>\n${said.join('\n')}\n</${tag}>\n`;
}

function imageUrl(source: unknown, place: string): string {
  const { type, url, media_type, data } = blockObject(source, place);
  switch (type) {
    case 'base64': {
      const kind = typeof media_type === 'string' ? media_type : 'image/jpeg';
      return `data:${kind};base64,${textOf(data, `${place}.data`)}`;
    }
    case 'url':
      return textOf(url, `${place}.url`);
    default:
      throw invalid(place, `images of type ${JSON.stringify(type)} are not supported`);
  }
}

function readCall({ id, name, input = {} }: JsonObject, place: string): JsonObject {
  if (!isJsonObject(input)) throw invalid(`${place}.input`, 'must be an object');
  return {
    id: textOf(id, `${place}.id`),
    type: 'function',
    function: { name: textOf(name, `${place}.name`), arguments: JSON.stringify(input) },
  };
}

/** Converts a tool result to a chat message. Texts are joined to one string, which every template can read. */
function readResult({ tool_use_id, content = '' }: JsonObject, place: string): JsonObject {
  const parts = readParts(content, `${place}.content`, 'the result of a tool');
  const texts = parts.flatMap(({ text }) => (typeof text === 'string' ? [text] : []));
  return {
    role: 'tool',
    tool_call_id: textOf(tool_use_id, `${place}.tool_use_id`),
    content: texts.length === parts.length ? texts.join('') : parts,
  };
}

/** Reads a content that may hold texts only: a string or a list of blocks. */
export function readTexts(content: unknown, place: string): string[] {
  return readParts(content, place, 'a list of texts').map(({ type, text }, i) => {
    if (type !== 'text') throw invalid(`${place}.${i}`, 'only text blocks are supported here');
    return textOf(text, `${place}.${i}.text`);
  });
}

function readParts(content: unknown, place: string, where: string): JsonObject[] {
  if (typeof content === 'string') return [textPart(content)];
  if (!Array.isArray(content)) throw invalid(place, 'must be a string or a list of blocks');
  return content.map((block, i) => readPart(block, `${place}.${i}`, where));
}

function textPart(text: string): JsonObject {
  return { type: 'text', text };
}

function blockObject(value: unknown, place: string): JsonObject {
  if (!isJsonObject(value)) throw invalid(place, "must be an object with a 'type'");
  return presentFields(value);
}

/** Returns a value that must be a string. Throws `invalid_request` for any other. */
export function textOf(value: unknown, place: string): string {
  if (typeof value !== 'string') throw invalid(place, 'must be a string');
  return value;
}

/** Creates the error for a field of a Messages request: its path, and the fault. */
export function invalid(place: string, what: string): ForetokenError {
  return new ForetokenError('invalid_request', `${place}: ${what}`);
}
