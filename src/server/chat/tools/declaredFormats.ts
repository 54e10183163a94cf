import { type NamedCall, PYTHON, type ToolFormat } from './toolFormat.ts';

/** Format that is recognised by words in a chat template. */
interface DeclaredFormat {
  /** Texts that a template of this format contains, and texts that it must not contain. */
  readonly marks: readonly string[];
  readonly unless?: readonly string[];
  readonly format: ToolFormat;
}

const JSON_ARGUMENTS = { kind: 'json' } as const;
/** Call in Python's notation: `name(key=value)`. */
const PYTHON_CALL: NamedCall = {
  kind: 'named',
  open: '',
  between: '(',
  close: ')',
  arguments: { kind: 'pairs', assign: '=', values: PYTHON },
};

/** Formats of templates that ask for calls but do not write them, or not completely. */
const DECLARED_FORMATS: readonly DeclaredFormat[] = [
  {
    // gpt-oss
    marks: ['<|channel|>analysis<|message|>'],
    format: { begin: '', end: '', separator: null, call: { kind: 'channel', open: '', close: '' } },
  },
  {
    // Kimi K2; its template writes only ids.
    marks: ['<|tool_call_begin|>', '<|tool_call_argument_begin|>'],
    format: {
      begin: '<|tool_calls_section_begin|>',
      end: '<|tool_calls_section_end|>',
      separator: '',
      call: {
        kind: 'named',
        open: '<|tool_call_begin|>functions.',
        between: '<|tool_call_argument_begin|>',
        close: '<|tool_call_end|>',
        arguments: JSON_ARGUMENTS,
        id: { mark: ':', isWhole: true },
      },
    },
  },
  {
    // Mistral Small 3.2
    marks: ['[TOOL_CALLS]', '[CALL_ID]', '[ARGS]'],
    format: {
      begin: '',
      end: '',
      separator: '',
      call: {
        kind: 'named',
        open: '[TOOL_CALLS]',
        between: '[ARGS]',
        close: '',
        arguments: JSON_ARGUMENTS,
        id: { mark: '[CALL_ID]', isWhole: false },
      },
      idLength: 9,
    },
  },
];

/** Formats of templates that write no calls at all, by the instructions in them. */
const ASKED_FORMATS: readonly DeclaredFormat[] = [
  {
    marks: ['<tool_call>', '"arguments"'],
    unless: ['<parameter=', '<arg_key>', '<function='],
    format: {
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
  },
  {
    marks: ['[TOOL_CALLS]'],
    unless: ['[ARGS]'],
    format: {
      begin: '[TOOL_CALLS] [',
      end: ']',
      separator: ',',
      call: { kind: 'object', open: '', close: '', name: 'name', arguments: 'arguments', id: 'id' },
      idLength: 9,
    },
  },
  {
    // DeepSeek R1 and its distillates
    marks: ['<｜tool▁calls▁begin｜>', '<｜tool▁sep｜>', '```json'],
    format: {
      begin: '<｜tool▁calls▁begin｜>',
      end: '<｜tool▁calls▁end｜>',
      separator: '',
      call: {
        kind: 'named',
        open: '<｜tool▁call▁begin｜>function<｜tool▁sep｜>',
        between: '```json',
        close: '``` <｜tool▁call▁end｜>',
        arguments: JSON_ARGUMENTS,
      },
    },
  },
  {
    // LFM2
    marks: ['List of tools: '],
    format: {
      begin: '<|tool_call_start|> [',
      end: '] <|tool_call_end|>',
      separator: ',',
      call: PYTHON_CALL,
    },
  },
  {
    // Granite 3
    marks: ['<|tool_call|>', 'JSON list of tools'],
    format: {
      begin: '<|tool_call|> [',
      end: ']',
      separator: ',',
      call: { kind: 'object', open: '', close: '', name: 'name', arguments: 'arguments' },
    },
  },
  {
    // FireFunction, Phi 4 mini
    marks: ['functools['],
    format: {
      begin: 'functools[',
      end: ']',
      separator: ',',
      call: { kind: 'object', open: '', close: '', name: 'name', arguments: 'arguments' },
    },
  },
  {
    // Llama 3.2's lists of Python, and Llama 4's
    marks: ['[func_name1(params_name1=params_value1'],
    format: {
      begin: '[',
      end: ']',
      separator: ',',
      call: PYTHON_CALL,
    },
  },
  {
    marks: ['{"name": function name, "parameters": '],
    format: {
      begin: '',
      end: '',
      separator: null,
      call: { kind: 'object', open: '', close: '', name: 'name', arguments: 'parameters' },
    },
  },
];

/** Format of templates that write calls in a different way than their models; null for other templates. */
export function declaredFormat(template: string): ToolFormat | null {
  return find(DECLARED_FORMATS, template);
}

/** Format that a template's instructions ask for; null if it is unknown. */
export function askedFormat(template: string): ToolFormat | null {
  return find(ASKED_FORMATS, template);
}

function find(formats: readonly DeclaredFormat[], template: string): ToolFormat | null {
  const has = (text: string) => template.includes(text);
  const found = formats.find(({ marks, unless = [] }) => marks.every(has) && !unless.some(has));
  return found?.format ?? null;
}
