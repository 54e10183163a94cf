import type { ReasoningFormat } from '../../protocol/options.ts';

/** Values of `reasoning_format`, and the one that counts where neither request nor server names one. */
export const REASONING_FORMATS = ['none', 'auto', 'deepseek', 'deepseek-legacy'] as const;
export const DEFAULT_REASONING_FORMAT = 'deepseek' satisfies ReasoningFormat;
