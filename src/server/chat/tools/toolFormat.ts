/**
 * How a family of models writes calls of tools: `begin`, calls with `separator` between them, `end`. Fixed texts are words
 * with spaces between them, where a model may put white space or none. Both the grammar of calls and their reader follow
 * from this value, so that both agree on what is a call.
 */
export interface ToolFormat {
  readonly begin: string;
  readonly end: string;
  /** Null where there can be only one call. */
  readonly separator: string | null;
  readonly call: CallShape;
  /** Letters and digits in the id of a call, where the template insists on a number of them. */
  readonly idLength?: number;
}

/** A call between `open` and `close`. */
export type CallShape = ObjectCall | NamedCall | ChannelCall;

/** One JSON object; these are its keys for the name, the arguments, and a number that comes first or an id at the end. */
export interface ObjectCall {
  readonly kind: 'object';
  readonly open: string;
  readonly close: string;
  readonly name: string;
  readonly arguments: string;
  readonly number?: string;
  readonly id?: string;
}

/** The name as it is, `between`, and the arguments. */
export interface NamedCall {
  readonly kind: 'named';
  readonly open: string;
  readonly between: string;
  readonly close: string;
  readonly arguments: ArgumentsNotation;
  readonly id?: IdMark;
}

/** An id behind the name: `mark` and letters or digits, or the name with all that, where `isWhole`. */
export interface IdMark {
  readonly mark: string;
  readonly isWhole: boolean;
}

/** A message to a function, as gpt-oss writes it: the recipient is in the header, arguments are JSON. */
export interface ChannelCall {
  readonly kind: 'channel';
  readonly open: '';
  readonly close: '';
}

export const CHANNEL_MARKS = ['<|channel|>', '<|message|>', '<|start|>', '<|constrain|>', '<|end|>'] as const;

/** How arguments are written. */
export type ArgumentsNotation = { readonly kind: 'json' } | TaggedNotation | PairsNotation;

/**
 * One element for each argument: `keyOpen`, its name, `keyClose`, its value, `valueClose`. A value that may be a text is
 * that text without quotes; any other is JSON.
 */
export interface TaggedNotation {
  readonly kind: 'tagged';
  readonly keyOpen: string;
  readonly keyClose: string;
  /** The same before values that are JSON, where it differs and so tells them from texts. */
  readonly jsonKeyClose: string;
  readonly valueClose: string;
}

/** Names and values with `assign` between them and commas behind; values look like those of a programming language. */
export interface PairsNotation {
  readonly kind: 'pairs';
  readonly assign: '=' | ':';
  readonly values: ValueNotation;
}

/** How values other than numbers are written. Readers take JSON, too. */
export interface ValueNotation {
  /** What texts stand between; the first one is what a grammar offers beside JSON's. */
  readonly quotes: readonly string[];
  /** Whether a backslash escapes what is behind it. */
  readonly hasEscapes: boolean;
  /** Whether keys of objects stand without quotes. */
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

/** The notation of Gemma, whose quotes are tokens of their own. */
export function gemmaValues(quote: string): ValueNotation {
  return {
    quotes: [quote],
    hasEscapes: false,
    hasBareKeys: true,
    words: { true: 'true', false: 'false', null: 'null' },
  };
}

/** Where nothing is known of the model but that it can be made to call. */
export const GENERIC_TOOL_FORMAT: ToolFormat = {
  begin: '',
  end: '',
  separator: null,
  call: { kind: 'object', open: '', close: '', name: 'name', arguments: 'arguments' },
};

/** The word that calls begin with; '' where nothing but their shape tells them, so that only a whole answer can be calls. */
export function firstWord({ begin, call }: ToolFormat): string {
  const [word] = `${begin} ${call.open}`.trim().split(' ');
  return word === '[' ? '' : word;
}

/** The texts of a format that do not depend on the call. */
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
