import { fieldError } from '../http/fields.ts';
import type { JsonObject } from '../http/json.ts';

/** OpenAI field that would change the answer and is not implemented. */
interface UnbuiltField {
  readonly name: string;
  /** True if `value` changes nothing, so that the request can be answered. */
  isIdle(value: unknown, body: JsonObject): boolean;
  /** Reason for the refusal, and the alternative. */
  readonly says: string;
}

/** Unimplemented fields of `/v1/completions`. */
export const UNBUILT_IN_TEXT: readonly UnbuiltField[] = [
  {
    name: 'echo',
    isIdle: value => value === false,
    says: 'the prompt is not repeated in the answer, and its tokens have no logprobs; leave it out',
  },
  {
    name: 'best_of',
    // If all of the generated answers are returned, there is nothing to choose.
    isIdle: (value, { n_cmpl, n = n_cmpl ?? 1 }) => value === 1 || value === n,
    says: "answers are not compared with each other; leave it out, or ask for several with 'n'",
  },
  {
    name: 'suffix',
    isIdle: value => value === '',
    says: 'the answer would not lead up to it; leave it out, or ask /infill',
  },
];

/** Unimplemented fields of chats. */
export const UNBUILT_IN_CHATS: readonly UnbuiltField[] = [
  {
    name: 'functions',
    isIdle: isEmptyList,
    says: "functions of 2023 are not supported; send them as 'tools'",
  },
  {
    name: 'function_call',
    isIdle: value => value === 'none' || value === 'auto',
    says: "functions of 2023 are not supported; send them as 'tools', and the choice as 'tool_choice'",
  },
  {
    name: 'modalities',
    isIdle: value => Array.isArray(value) && value.every(modality => modality === 'text'),
    says: 'the answer is text; leave it out',
  },
  { name: 'web_search_options', isIdle: () => false, says: 'there is no search in the web; leave it out' },
];

/** Throws `invalid_request` for the first of `fields` whose value would change the answer. */
export function refuseUnbuilt(body: JsonObject, fields: readonly UnbuiltField[]): void {
  for (const { name, isIdle, says } of fields) {
    const { [name]: value } = body;
    if (value !== undefined && value !== null && !isIdle(value, body)) throw fieldError(name, says);
  }
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
