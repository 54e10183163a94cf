import { type GgufMetadata, getString } from '../gguf/index.ts';

/** Chat template of the model; null without one. */
export function chatTemplateOf(metadata: GgufMetadata): string | null {
  return getString(metadata, 'tokenizer.chat_template', '') || null;
}

/** Chat template for conversations with tools, if the model has a separate one. */
export function toolUseTemplateOf(metadata: GgufMetadata): string | null {
  return getString(metadata, 'tokenizer.chat_template.tool_use', '') || null;
}
