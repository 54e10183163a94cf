// Chat templates in the formats of model families, reduced to their turns and calls, for the tests of this folder.

/** Template with turns of `role` and `text`; `calls` prints tool calls behind the content. */
function turns(open: string, close: string, calls: string): string {
  return [
    "{%- if tools %}{{ '[tools]' }}{% for t in tools %}{{ t | tojson }}{% endfor %}{{ '[/tools]' }}{% endif -%}",
    '{%- for m in messages -%}',
    `{{- ${open} -}}`,
    '{%- if m.content %}{{ m.content }}{% endif -%}',
    `{%- if m.tool_calls -%}${calls}{%- endif -%}`,
    `{{- ${close} -}}`,
    '{%- endfor -%}',
    `{%- if add_generation_prompt %}{% set m = {'role': 'assistant'} %}{{ ${open} }}{% endif -%}`,
  ].join('');
}

const CHATML = ["'<|im_start|>' + m.role + '\\n'", "'<|im_end|>\\n'"] as const;
const forEach = (body: string) => `{%- for c in m.tool_calls -%}${body}{%- endfor -%}`;
const items = (body: string) => `{%- for k, v in c.function.arguments | items -%}${body}{%- endfor -%}`;
const TEXT_OR_JSON = '(v if v is string else v | tojson)';

export const TEMPLATES = {
  hermes: turns(
    ...CHATML,
    forEach(
      `{{ '\\n<tool_call>\\n{"name": "' + c.function.name + '", "arguments": ' }}{{ c.function.arguments | tojson }}{{ '}\\n</tool_call>' }}`,
    ),
  ),
  qwenCoder: turns(
    ...CHATML,
    forEach(
      `{{- '\\n<tool_call>\\n<function=' + c.function.name + '>\\n' }}${items(`{{- '<parameter=' + k + '>\\n' }}{{ ${TEXT_OR_JSON} }}{{ '\\n</parameter>\\n' -}}`)}{{- '</function>\\n</tool_call>' -}}`,
    ),
  ),
  glm: turns(
    "'<|' + m.role + '|>\\n'",
    "''",
    forEach(
      `{{- '\\n<tool_call>' + c.function.name + '\\n' -}}${items(`{{- '<arg_key>' + k + '</arg_key>\\n<arg_value>' }}{{ ${TEXT_OR_JSON} }}{{ '</arg_value>\\n' -}}`)}{{- '</tool_call>' -}}`,
    ),
  ),
  seed: turns(
    "'<seed:bos>' + m.role + '\\n'",
    "'<seed:eos>'",
    forEach(
      `{{- '\\n<seed:tool_call>\\n<function=' + c.function.name + '>\\n' -}}${items(`{{- '<parameter=' + k + '>' }}{{ v | string }}{{ '</parameter>\\n' -}}`)}{{- '</function>\\n</seed:tool_call>' -}}`,
    ),
  ),
  minimax: turns(
    "']~b]' + m.role + '\\n'",
    "'[e~[\\n'",
    `{{- '\\n<minimax:tool_call>\\n' -}}${forEach(
      `{{- '<invoke name="' + c.function.name + '">\\n' -}}${items(`{{- '<parameter name="' + k + '">' }}{{ ${TEXT_OR_JSON} }}{{ '</parameter>\\n' -}}`)}{{- '</invoke>\\n' -}}`,
    )}{{- '</minimax:tool_call>' -}}`,
  ),
  deepseekV32: turns(
    "'<｜' + m.role + '｜>'",
    "'<｜end▁of▁sentence｜>'",
    `{{- '\\n\\n<｜DSML｜function_calls>\\n' -}}${forEach(
      `{{- '<｜DSML｜invoke name="' + c.function.name + '">\\n' -}}${items(`{{- '<｜DSML｜parameter name="' + k + '" string="' + ('true' if v is string else 'false') + '">' }}{{ ${TEXT_OR_JSON} }}{{ '</｜DSML｜parameter>\\n' -}}`)}{{- '</｜DSML｜invoke>\\n' -}}`,
    )}{{- '</｜DSML｜function_calls>' -}}`,
  ),
  deepseekR1: turns(
    "'<｜' + m.role + '｜>'",
    "'<｜end▁of▁sentence｜>'",
    `{{- '<｜tool▁calls▁begin｜>' -}}${forEach(
      "{{- '<｜tool▁call▁begin｜>function<｜tool▁sep｜>' + c.function.name + '\\n```json\\n' }}{{ c.function.arguments | tojson }}{{ '\\n```<｜tool▁call▁end｜>' + ('' if loop.last else '\\n') -}}",
    )}{{- '<｜tool▁calls▁end｜>' -}}`,
  ),
  deepseekV31: turns(
    "'<｜' + m.role + '｜>'",
    "'<｜end▁of▁sentence｜>'",
    `{{- '<｜tool▁calls▁begin｜>' -}}${forEach(
      "{{- '<｜tool▁call▁begin｜>' + c.function.name + '<｜tool▁sep｜>' }}{{ c.function.arguments | tojson }}{{ '<｜tool▁call▁end｜>' -}}",
    )}{{- '<｜tool▁calls▁end｜>' -}}`,
  ),
  mistralNemo: turns(
    "'[INST]' if m.role == 'user' else ''",
    "'[/INST]' if m.role == 'user' else '</s>'",
    `{{- '[TOOL_CALLS][' -}}${forEach(
      `{%- if c.id | length != 9 %}{{ raise_exception('ids have nine letters') }}{% endif -%}{{- '{"name": "' + c.function.name + '", "arguments": ' }}{{ c.function.arguments | tojson }}{{ ', "id": "' + c.id + '"}' -}}{{- '' if loop.last else ', ' -}}`,
    )}{{- ']' -}}`,
  ),
  mistralNewest: turns(
    "'[INST]' if m.role == 'user' else ''",
    "'[/INST]' if m.role == 'user' else '</s>'",
    forEach("{{- '[TOOL_CALLS]' + c.function.name + '[ARGS]' }}{{ c.function.arguments | tojson -}}"),
  ),
  mistralSmall: turns(
    "'[INST]' if m.role == 'user' else ''",
    "'[/INST]' if m.role == 'user' else '</s>'",
    forEach(
      "{{- '[TOOL_CALLS]' + c.function.name + '[CALL_ID]' + c.id + '[ARGS]' }}{{ c.function.arguments | tojson -}}",
    ),
  ),
  llama3: turns(
    "'<|start_header_id|>' + m.role + '<|end_header_id|>\\n\\n'",
    "'<|eot_id|>'",
    `{%- if m.tool_calls | length != 1 %}{{ raise_exception('one call at a time') }}{% endif -%}{%- set c = m.tool_calls[0] -%}{{- '{"name": "' + c.function.name + '", "parameters": ' }}{{ c.function.arguments | tojson }}{{ '}' -}}`,
  ),
  /** Asks for calls and writes none. */
  llamaPythonic: `{# [func_name1(params_name1=params_value1, params_name2=params_value2...), func_name2(params)] #}${turns("m.role + ': '", "'<|eot|>'", '')}`,
  lfm2: turns(
    ...CHATML,
    `{%- set ns = namespace(calls=[]) -%}${forEach(
      `{%- set a = namespace(texts=[]) -%}${items(`{%- set a.texts = a.texts + [k + '=' + ("'" + v + "'" if v is string else v | string)] -%}`)}{%- set ns.calls = ns.calls + [c.function.name + '(' + (a.texts | join(', ')) + ')'] -%}`,
    )}{{- '<|tool_call_start|>[' + (ns.calls | join(', ')) + ']<|tool_call_end|>' -}}`,
  ),
  gemma4: turns(
    "'<|turn>' + ('model' if m.role == 'assistant' else m.role) + '\\n'",
    "'<turn|>\\n'",
    forEach(
      `{{- '<|tool_call>call:' + c.function.name + '{' -}}${items(`{{- '' if loop.first else ',' -}}{{- k + ':' }}{{ '<|"|>' + v + '<|"|>' if v is string else v | tojson -}}`)}{{- '}<tool_call|>' -}}`,
    ),
  ),
  kimi: turns(
    "'<|im_' + m.role + '|>'",
    "'<|im_end|>'",
    `{{- '<|tool_calls_section_begin|>' -}}${forEach(
      "{{- '<|tool_call_begin|>' + c.id + '<|tool_call_argument_begin|>' }}{{ c.function.arguments | tojson }}{{ '<|tool_call_end|>' -}}",
    )}{{- '<|tool_calls_section_end|>' -}}`,
  ),
  commandR7b: turns(
    "'<|START_OF_TURN_TOKEN|>' + m.role",
    "'<|END_OF_TURN_TOKEN|>'",
    `{{- '<|START_ACTION|>[' -}}${forEach(
      `{{- '\\n    {"tool_call_id": "' + (loop.index0 | string) + '", "tool_name": "' + c.function.name + '", "parameters": ' }}{{ c.function.arguments | tojson }}{{ '}' + ('' if loop.last else ',') -}}`,
    )}{{- '\\n]<|END_ACTION|>' -}}`,
  ),
  granite3: turns(
    "'<|start_of_role|>' + m.role + '<|end_of_role|>'",
    "'<|end_of_text|>\\n'",
    `{{- '<|tool_call|>[' -}}${forEach(
      `{{- '{"name": "' + c.function.name + '", "arguments": ' }}{{ c.function.arguments | tojson }}{{ '}' + ('' if loop.last else ', ') -}}`,
    )}{{- ']' -}}`,
  ),
  functionary: turns(
    "'<|start_header_id|>' + m.role + '<|end_header_id|>\\n\\n'",
    "'<|eot_id|>'",
    forEach(
      "{{- '<function=' + c.function.name + '>' }}{{ c.function.arguments | tojson }}{{ '</function>' -}}",
    ),
  ),
  gptOss: turns(
    "'<|start|>' + m.role",
    "'<|end|>'",
    "{%- set c = m.tool_calls[0] -%}{{- ' to=functions.' + c.function.name + '<|channel|>commentary json<|message|>' }}{{ c.function.arguments | tojson }}{{ '<|call|>' -}}{# <|channel|>analysis<|message|> #}",
  ),
} as const;
