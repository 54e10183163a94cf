/**
 * Prompt API of browsers, answered by a Foretoken server: for pages that prefer the browser's model where it has one.
 *
 * @module foretoken/language-model
 */

export type { ChatServer } from './chat.ts';
export { createLanguageModel, type LanguageModelServer } from './create.ts';
export type {
  LanguageModelApi,
  LanguageModelAvailability,
  LanguageModelContent,
  LanguageModelContentType,
  LanguageModelCoreOptions,
  LanguageModelCreateOptions,
  LanguageModelExpected,
  LanguageModelMessage,
  LanguageModelMonitor,
  LanguageModelParams,
  LanguageModelProgressEvent,
  LanguageModelPrompt,
  LanguageModelPromptOptions,
  LanguageModelSamplingMode,
  LanguageModelSession,
  LanguageModelTool,
} from './shape.ts';
