import { choice, type Field, flag, json, list, number, text } from './field.ts';

export type { Field };

const ANY = 1e9;

/**
 * All settings of a request, by the names of `POST /completion` and `/v1/chat/completions`, with the server's defaults. The panel, the
 * requests, the stored preferences and the import of conversations read this table.
 */
export const CHAT_FIELDS = {
  // A request says it by the lengths of its drafts.
  speculation: flag(['speculation', 'Let the draft run ahead', ''], true, () => ({})),
  draft_max: number(['speculation', 'Draft max', 'tokens per round'], 6, [1, 64, 1]),
  draft_min: number(['speculation', 'Draft min', 'shorter is dropped'], 0, [0, 64, 1]),
  draft_p_min: number(['speculation', 'Draft p min', 'stop when less sure'], 0, [0, 1, 0.05]),

  temperature: number(['sampling', 'Temperature', '0 takes the likeliest'], 0.8, [0, 5, 0.05]),
  top_k: number(['sampling', 'Top k', '0 is off'], 40, [0, 1000, 1]),
  top_p: number(['sampling', 'Top p', '1 is off'], 0.95, [0, 1, 0.01]),
  min_p: number(['sampling', 'Min p', '0 is off'], 0.05, [0, 1, 0.01]),
  seed: number(['sampling', 'Seed', '−1 is random'], -1, [-1, 2 ** 32 - 1, 1]),

  repeat_penalty: number(['repetition', 'Repeat penalty', '1 is off'], 1, [0.1, 3, 0.05]),
  repeat_last_n: number(['repetition', 'Look back', 'tokens'], 64, [0, ANY, 1]),
  presence_penalty: number(['repetition', 'Presence penalty', '0 is off'], 0, [-2, 2, 0.05]),
  frequency_penalty: number(['repetition', 'Frequency penalty', '0 is off'], 0, [-2, 2, 0.05]),
  dry_multiplier: number(['repetition', 'DRY multiplier', '0 is off'], 0, [0, 10, 0.05]),
  dry_base: number(['repetition', 'DRY base', 'growth per token'], 1.75, [0, 10, 0.05]),
  dry_allowed_length: number(['repetition', 'DRY allowed length', 'tokens'], 2, [0, ANY, 1]),
  dry_penalty_last_n: number(['repetition', 'DRY look back', 'tokens'], 64, [0, ANY, 1]),
  dry_sequence_breakers: list(
    ['repetition', 'DRY breakers', 'one a line, \\n is a new line'],
    ['\n', ':', '"', '*'],
  ),

  typical_p: number(['more samplers', 'Typical p', '1 is off'], 1, [0, 1, 0.01]),
  top_n_sigma: number(['more samplers', 'Top n sigma', '−1 is off'], -1, [-1, 10, 0.1]),
  xtc_probability: number(['more samplers', 'XTC probability', '0 is off'], 0, [0, 1, 0.01]),
  xtc_threshold: number(['more samplers', 'XTC threshold', 'above 0.5 is off'], 0.1, [0, 1, 0.01]),
  dynatemp_range: number(['more samplers', 'Dynamic temperature', 'range, 0 is off'], 0, [0, 5, 0.05]),
  dynatemp_exponent: number(['more samplers', 'Its exponent', ''], 1, [0, 10, 0.05]),
  mirostat: number(['more samplers', 'Mirostat', 'version, 0 is off'], 0, [0, 2, 1]),
  mirostat_tau: number(['more samplers', 'Mirostat tau', 'target entropy'], 5, [0, 20, 0.1]),
  mirostat_eta: number(['more samplers', 'Mirostat eta', 'learning rate'], 0.1, [0, 1, 0.01]),
  min_keep: number(['more samplers', 'Min keep', 'tokens that samplers leave'], 0, [0, 1000, 1]),
  samplers: list(
    ['more samplers', 'Order', 'one a line'],
    ['penalties', 'dry', 'top_n_sigma', 'top_k', 'typ_p', 'top_p', 'min_p', 'xtc', 'temperature'],
  ),
  logit_bias: json(
    ['more samplers', 'Logit bias', 'text: number, or false to ban'],
    '{" owl": 2, " dog": false}',
    'object',
  ),

  n_predict: number(['length', 'Tokens', '−1 is no limit'], -1, [-1, ANY, 1]),
  t_max_predict_ms: number(['length', 'Time', 'ms to the last line, −1 is no limit'], -1, [-1, ANY, 1]),
  stop: list(['length', 'Stop at', 'one a line, \\n is a new line'], []),
  ignore_eos: flag(['length', 'Go on after the end token', ''], false),
  n_keep: number(['length', 'Keep', 'first tokens of a full context'], 0, [-1, ANY, 1]),
  n_discard: number(['length', 'Discard', 'tokens of a full context, 0 is half'], 0, [0, ANY, 1]),
  cache_prompt: flag(['length', 'Reuse what the slot holds of the prompt', ''], true),
  n_cache_reuse: number(['length', 'Reuse moved chunks', 'of so many tokens, not exact; 0 is off'], 0, [
    0,
    ANY,
    1,
  ]),

  reasoning_effort: choice(['thinking', 'Effort', ''], '', {
    '': 'as the model does',
    none: 'no thoughts',
    low: 'low',
    medium: 'medium',
    high: 'high',
  }),
  thinking_budget_tokens: number(['thinking', 'Budget', 'tokens, −1 is no limit'], -1, [-1, ANY, 1]),
  chat_template_kwargs: json(
    ['thinking', 'Variables of the chat template', ''],
    '{"enable_thinking": false}',
    'object',
  ),

  json_schema: json(
    ['form', 'JSON schema', 'the answer is JSON that fits it'],
    '{"properties": {"word": {"type": "string"}}}',
    'object',
  ),
  grammar: text(['form', 'Grammar', 'GBNF; not together with a schema'], 'root ::= "yes" | "no"'),
  tools: json(
    ['form', 'Tools', 'a list of functions, as OpenAI has them'],
    '[{"type": "function", "function": {…}}]',
    'array',
  ),
} satisfies Record<string, Field>;

/** Settings that take effect when models are loaded, by the names of `createServer`. */
export const ENGINE_FIELDS = {
  nCtx: number(['engine', 'Context', 'tokens, 0 is the model’s, up to 4096'], 0, [0, 1_048_576, 1]),
  nSlots: number(['engine', 'Slots', 'share the context'], 1, [1, 8, 1]),
  draftAdaptive: flag(['engine', 'Draft only as far as it pays', 'else always to Draft max'], true),
  ctxShift: flag(['engine', 'Drop the oldest text when the context is full', ''], false),
  cacheType: choice(['engine', 'Numbers of the cache', ''], 'f16', { f16: 'f16', f32: 'f32' }),
} satisfies Record<string, Field>;

export type ChatFields = typeof CHAT_FIELDS;
export type EngineFields = typeof ENGINE_FIELDS;
