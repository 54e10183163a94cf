/**
 * How a family of models writes calls of tools: `begin`, calls with `separator` between them, `end`. Fixed texts are words
 * with spaces between them, where a model may put white space or none.
 */
export interface ToolFormat {
  readonly name: string;
  /** Texts that, all found in a chat template, give the format away, and texts that speak against it. */
  readonly marks: readonly string[];
  readonly unless?: readonly string[];
  readonly begin: string;
  readonly end: string;
  /** Null where there can be only one call. */
  readonly separator: string | null;
  readonly call: CallShape;
  /** Letters and digits in the id of a call, where the template insists on a number of them. */
  readonly idLength?: number;
}

/** A call between `open` and `close`. */
export type CallShape =
  /** One JSON object; these are its keys for the name, the arguments, and a number that comes first or an id at the end. */
  | {
      readonly kind: 'object';
      readonly open: string;
      readonly close: string;
      readonly name: string;
      readonly arguments: string;
      readonly number?: string;
      readonly id?: string;
    }
  /** The name as it is, `between`, and the arguments as a JSON object. */
  | { readonly kind: 'named'; readonly open: string; readonly between: string; readonly close: string };

/** Where nothing is known of the model but that it can be made to call. */
export const GENERIC_TOOL_FORMAT: ToolFormat = {
  name: 'generic',
  marks: [],
  begin: '',
  end: '',
  separator: null,
  call: { kind: 'object', open: '', close: '', name: 'name', arguments: 'arguments' },
};

export const TOOL_FORMATS: readonly ToolFormat[] = [
  {
    name: 'hermes',
    marks: ['<tool_call>', '"arguments"'],
    unless: ['<parameter=', '<arg_key>', '<function='],
    begin: '',
    end: '',
    separator: '',
    call: {
      kind: 'object',
      open: '<tool_call>',
      close: '</tool_call>',
      name: 'name',
      arguments: 'arguments',
    },
  },
  {
    name: 'mistral',
    marks: ['[TOOL_CALLS]'],
    unless: ['[ARGS]', '[CALL_ID]'],
    begin: '[TOOL_CALLS] [',
    end: ']',
    separator: ',',
    call: { kind: 'object', open: '', close: '', name: 'name', arguments: 'arguments', id: 'id' },
    idLength: 9,
  },
  {
    name: 'mistral-args',
    marks: ['[TOOL_CALLS]', '[ARGS]'],
    unless: ['[CALL_ID]'],
    begin: '',
    end: '',
    separator: '',
    call: { kind: 'named', open: '[TOOL_CALLS]', between: '[ARGS]', close: '' },
    idLength: 9,
  },
  {
    name: 'deepseek-r1',
    marks: ['<｜tool▁calls▁begin｜>', '<｜tool▁sep｜>', '```json'],
    begin: '<｜tool▁calls▁begin｜>',
    end: '<｜tool▁calls▁end｜>',
    separator: '',
    call: {
      kind: 'named',
      open: '<｜tool▁call▁begin｜>function<｜tool▁sep｜>',
      between: '```json',
      close: '``` <｜tool▁call▁end｜>',
    },
  },
  {
    name: 'command-r7b',
    marks: ['<|START_ACTION|>', '"tool_name"'],
    begin: '<|START_ACTION|> [',
    end: '] <|END_ACTION|>',
    separator: ',',
    call: {
      kind: 'object',
      open: '',
      close: '',
      name: 'tool_name',
      arguments: 'parameters',
      number: 'tool_call_id',
    },
  },
  {
    name: 'firefunction',
    marks: [' functools['],
    begin: 'functools[',
    end: ']',
    separator: ',',
    call: { kind: 'object', open: '', close: '', name: 'name', arguments: 'arguments' },
  },
  {
    name: 'functionary',
    marks: ['<function=', '</function>'],
    unless: ['<parameter='],
    begin: '',
    end: '',
    separator: '',
    call: { kind: 'named', open: '<function=', between: '>', close: '</function>' },
  },
  {
    name: 'llama3',
    marks: ['{"name": function name, "parameters": '],
    begin: '',
    end: '',
    separator: null,
    call: { kind: 'object', open: '', close: '', name: 'name', arguments: 'parameters' },
  },
];

/** The format that a chat template gives away; null where none is known. */
export function findToolFormat(template: string): ToolFormat | null {
  const has = (text: string) => template.includes(text);
  return TOOL_FORMATS.find(({ marks, unless = [] }) => marks.every(has) && !unless.some(has)) ?? null;
}

/** The word that calls begin with; '' where they are JSON from the first character, which only a whole answer can be. */
export function firstWord({ begin, call }: ToolFormat): string {
  return `${begin} ${call.open}`.trim().split(' ')[0];
}

/** The texts of a format that do not depend on the call. */
export function fixedTexts({ begin, end, call }: ToolFormat): readonly string[] {
  return [begin, end, call.open, call.close, call.kind === 'named' ? call.between : ''];
}
