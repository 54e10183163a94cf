/**
 * Format of a model family's tool calls: `begin`, calls joined by `separator`, `end`. In fixed texts, words are separated by
 * spaces, at which a model may write white space or none. Grammar and reader of calls are both built from this value, so they
 * agree.
 */
export interface ToolFormat {
  readonly begin: string;
  readonly end: string;
  /** Null if only one call is possible. */
  readonly separator: string | null;
  readonly call: CallShape;
  /** Number of letters and digits in a call id, if the template requires one. */
  readonly idLength?: number;
}

/** Call between `open` and `close`. */
export type CallShape = ObjectCall | NamedCall | ChannelCall;

/** Call as one JSON object, with its keys for the name, the arguments, and optionally a leading index or a trailing id. */
export interface ObjectCall {
  readonly kind: 'object';
  readonly open: string;
  readonly close: string;
  readonly name: string;
  readonly arguments: string;
  readonly number?: string;
  readonly id?: string;
}

/** Call as the bare name, `between`, and the arguments. */
export interface NamedCall {
  readonly kind: 'named';
  readonly open: string;
  readonly between: string;
  readonly close: string;
  readonly arguments: ArgumentsNotation;
  readonly id?: IdMark;
}

/** Id behind the name: `mark` and letters or digits. If `isWhole`, the id includes the name. */
export interface IdMark {
  readonly mark: string;
  readonly isWhole: boolean;
}

/** Call as gpt-oss writes it, as a message to a function: the recipient is in the header, arguments are JSON. */
export interface ChannelCall {
  readonly kind: 'channel';
  readonly open: '';
  readonly close: '';
}

export const CHANNEL_MARKS = ['<|channel|>', '<|message|>', '<|start|>', '<|constrain|>', '<|end|>'] as const;

/** Notation of arguments. */
export type ArgumentsNotation = { readonly kind: 'json' } | TaggedNotation | PairsNotation;

/**
 * One element per argument: `keyOpen`, name, `keyClose`, value, `valueClose`. A value that may be a text is written without
 * quotes; other values are JSON.
 */
export interface TaggedNotation {
  readonly kind: 'tagged';
  readonly keyOpen: string;
  readonly keyClose: string;
  /** Variant of `keyClose` in front of JSON values, if the format marks them. */
  readonly jsonKeyClose: string;
  readonly valueClose: string;
}

/** Names and values, joined by `assign` and separated by commas; values are in the style of a programming language. */
export interface PairsNotation {
  readonly kind: 'pairs';
  readonly assign: '=' | ':';
  readonly values: ValueNotation;
}

/** Notation of values other than numbers. Readers accept JSON too. */
export interface ValueNotation {
  /** Quotes of texts. The grammar offers the first kind, next to JSON's. */
  readonly quotes: readonly string[];
  /** True if a backslash escapes the next character. */
  readonly hasEscapes: boolean;
  /** True if keys of objects have no quotes. */
  readonly hasBareKeys: boolean;
  readonly words: ValueWords;
}

interface ValueWords {
  readonly true: string;
  readonly false: string;
  readonly null: string;
}

export const PYTHON: ValueNotation = {
  quotes: ["'", '"'],
  hasEscapes: true,
  hasBareKeys: false,
  words: { true: 'True', false: 'False', null: 'None' },
};

/** Notation of Gemma, whose quotes are special tokens. */
export function gemmaValues(quote: string): ValueNotation {
  return {
    quotes: [quote],
    hasEscapes: false,
    hasBareKeys: true,
    words: { true: 'true', false: 'false', null: 'null' },
  };
}

/** Format for models whose own is unknown; the grammar forces it. */
export const GENERIC_TOOL_FORMAT: ToolFormat = {
  begin: '',
  end: '',
  separator: null,
  call: { kind: 'object', open: '', close: '', name: 'name', arguments: 'arguments' },
};

/** Word that introduces calls; '' if only their shape marks them, so that only a whole answer can be a call. */
export function firstWord({ begin, call }: ToolFormat): string {
  const [word] = `${begin} ${call.open}`.trim().split(' ');
  return word === '[' ? '' : word;
}

/** Texts of a format that are the same for every call. */
export function fixedTexts({ begin, end, call }: ToolFormat): readonly string[] {
  return [begin, end, call.open, call.close, ...textsWithin(call)];
}

function textsWithin(call: CallShape): readonly string[] {
  switch (call.kind) {
    case 'object':
      return [];
    case 'named':
      return [call.between, call.id?.mark ?? '', ...textsOf(call.arguments)];
    case 'channel':
      return CHANNEL_MARKS;
  }
}

function textsOf(notation: ArgumentsNotation): readonly string[] {
  switch (notation.kind) {
    case 'json':
      return [];
    case 'tagged':
      return [notation.keyOpen, notation.keyClose, notation.jsonKeyClose, notation.valueClose];
    case 'pairs':
      return notation.values.quotes;
  }
}
