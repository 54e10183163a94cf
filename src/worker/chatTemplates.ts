import { type GgufMetadata, getString } from '../gguf/index.ts';

/** The model's own chat template; null without one. */
export function chatTemplateOf(metadata: GgufMetadata): string | null {
  return getString(metadata, 'tokenizer.chat_template', '') || null;
}

/** The chat template for conversations with tools, where the model has another one for them. */
export function toolUseTemplateOf(metadata: GgufMetadata): string | null {
  return getString(metadata, 'tokenizer.chat_template.tool_use', '') || null;
}
