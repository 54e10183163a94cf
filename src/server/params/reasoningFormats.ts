import type { ReasoningFormat, ServerSettings } from '../../protocol/options.ts';
import { type Field, fieldError } from '../http/fields.ts';

/** Values of `reasoning_format`, and the one that counts where neither request nor server names one. */
export const REASONING_FORMATS = ['none', 'auto', 'deepseek', 'deepseek-legacy'] as const;
const DEFAULT_REASONING_FORMAT = 'deepseek' satisfies ReasoningFormat;

/** Names where thoughts go; only chats have any. */
export function reasoningFormatField(
  settings: Pick<ServerSettings, 'reasoningFormat'>,
): Field<ReasoningFormat> {
  return {
    names: ['reasoning_format'],
    fallback: settings.reasoningFormat ?? DEFAULT_REASONING_FORMAT,
    read(value, name) {
      const known = REASONING_FORMATS.find(format => format === value);
      const shown = typeof value === 'string' ? value : JSON.stringify(value);
      if (known === undefined) throw fieldError(name, `Unknown reasoning format: ${shown}`);
      return known;
    },
  };
}
