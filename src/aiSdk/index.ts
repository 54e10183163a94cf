/**
 * Provider for the AI SDK (`ai`), over its own provider for OpenAI's API (`@ai-sdk/openai-compatible`, a peer).
 *
 * @module foretoken/ai-sdk
 */
import {
  createOpenAICompatible,
  type OpenAICompatibleProvider,
  type OpenAICompatibleProviderSettings,
} from '@ai-sdk/openai-compatible';
import type { Foretoken } from '../client/foretoken.ts';
import { timingsExtractor } from './timings.ts';

/** Server of this page, also one that is still loading, or the address of one elsewhere. */
export type ForetokenProviderOptions = {
  /** Key that the server was started with, if any. */
  readonly apiKey?: string;
  /** Headers of every request. */
  readonly headers?: Record<string, string>;
} & (
  | { readonly server: Pick<Foretoken, 'fetch'> | PromiseLike<Pick<Foretoken, 'fetch'>> }
  | {
      /** Address with the version, such as `http://127.0.0.1:8080/v1`. */
      readonly baseURL: string;
      /** Replaces the global `fetch`. */
      readonly fetch?: typeof fetch;
    }
);

/**
 * Provider for the AI SDK. A server has one model, so names of models are optional. Results have llama-server's timings, as far
 * as the server sends them, in `providerMetadata.foretoken`.
 */
export interface ForetokenProvider {
  /** Chat model, for `generateText`, `streamText`, agents, tools and structured output. */
  (modelId?: string): ReturnType<OpenAICompatibleProvider['chatModel']>;
  /** Chat model. */
  chat(modelId?: string): ReturnType<OpenAICompatibleProvider['chatModel']>;
  /** Model that continues a text without a chat template. */
  completion(modelId?: string): ReturnType<OpenAICompatibleProvider['completionModel']>;
  /** Model for `embed` and `embedMany`; the server needs the options `embeddings` and `pooling`. */
  embedding(modelId?: string): ReturnType<OpenAICompatibleProvider['embeddingModel']>;
}

/** Creates a provider of the AI SDK: `generateText({ model: createForetoken({ server })(), prompt })`. */
export function createForetoken(options: ForetokenProviderOptions): ForetokenProvider {
  const { apiKey, headers } = options;
  const provider = createOpenAICompatible({
    name: 'foretoken',
    includeUsage: true,
    supportsStructuredOutputs: true,
    metadataExtractor: timingsExtractor,
    ...connectionOf(options),
    ...(apiKey !== undefined && { apiKey }),
    ...(headers && { headers }),
  });
  const chat: ForetokenProvider['chat'] = (modelId = 'foretoken') => provider.chatModel(modelId);
  return Object.assign((modelId?: string) => chat(modelId), {
    chat,
    completion: (modelId = 'foretoken') => provider.completionModel(modelId),
    embedding: (modelId = 'foretoken') => provider.embeddingModel(modelId),
  });
}

function connectionOf(
  options: ForetokenProviderOptions,
): Pick<OpenAICompatibleProviderSettings, 'baseURL' | 'fetch'> {
  if ('baseURL' in options) {
    return { baseURL: options.baseURL, ...(options.fetch && { fetch: options.fetch }) };
  }
  // The host does not count: a server of the page answers every address.
  const baseURL = 'http://foretoken.invalid/v1';
  return { baseURL, fetch: async (input, init) => (await options.server).fetch(input, init) };
}
