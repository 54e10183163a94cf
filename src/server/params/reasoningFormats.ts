import { REASONING_FORMATS, type ReasoningFormat } from '../../protocol/options/chatOptions.ts';
import type { ResolvedOptions } from '../../protocol/options.ts';
import { type Field, fieldError } from '../http/fields.ts';

/** Selects where thoughts are returned. Only chats have thoughts. */
export function reasoningFormatField(
  settings: Pick<ResolvedOptions, 'reasoningFormat'>,
): Field<ReasoningFormat> {
  return {
    names: ['reasoning_format'],
    fallback: settings.reasoningFormat,
    read(value, name) {
      const known = REASONING_FORMATS.find(format => format === value);
      const shown = typeof value === 'string' ? value : JSON.stringify(value);
      if (known === undefined) throw fieldError(name, `Unknown reasoning format: ${shown}`);
      return known;
    },
  };
}
