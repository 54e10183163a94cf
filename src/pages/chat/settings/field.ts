/** Groups of the settings panel, in their order. */
export const GROUPS = [
  'speculation',
  'sampling',
  'repetition',
  'more samplers',
  'length',
  'thinking',
  'form',
  'engine',
] as const;
export type Group = (typeof GROUPS)[number];

interface Base<Value> {
  readonly group: Group;
  readonly label: string;
  /** A few words beside the label. */
  readonly hint: string;
  readonly default: Value;
  isValid(value: unknown): value is Value;
  /** Fields of a request for a value; none for one that is not valid. */
  toRequest(key: string, value: unknown): object;
}

export interface NumberField extends Base<number> {
  readonly kind: 'number';
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

export interface BooleanField extends Base<boolean> {
  readonly kind: 'boolean';
}

export interface ChoiceField<Option extends string = string> extends Base<Option> {
  readonly kind: 'choice';
  /** Values with their labels. */
  readonly options: Readonly<Record<Option, string>>;
}

/** Text of one or several lines, empty for none. `problemOf` says what is wrong with it. */
export interface TextField extends Base<string> {
  readonly kind: 'text';
  readonly placeholder: string;
  problemOf(text: string): string | null;
}

/** Strings, which the panel shows as JSON strings without their quotes, one a line. */
export interface ListField extends Base<readonly string[]> {
  readonly kind: 'list';
}

/** Setting: what it is called, which values it has, and how a request says it. */
export type Field = NumberField | BooleanField | ChoiceField | TextField | ListField;

type Words = readonly [group: Group, label: string, hint: string];

/** Fields of a request for a valid value, where they are others than one with the key as its name. */
type ToRequest<Value> = (value: Value, key: string) => object;

function base<Value>(
  [group, label, hint]: Words,
  value: Value,
  isValid: (given: unknown) => given is Value,
  write: ToRequest<Value> = (given, key) => ({ [key]: given }),
): Base<Value> {
  const toRequest = (key: string, given: unknown) => (isValid(given) ? write(given, key) : {});
  return { group, label, hint, default: value, isValid, toRequest };
}

/** `range`: least and greatest value, and the step; a step of 1 means whole numbers. */
export function number(words: Words, value: number, range: readonly [number, number, number]): NumberField {
  const [min, max, step] = range;
  const isValid = (given: unknown): given is number =>
    typeof given === 'number' && given >= min && given <= max && (step !== 1 || Number.isInteger(given));
  return { kind: 'number', min, max, step, ...base(words, value, isValid) };
}

export function flag(words: Words, value: boolean, write?: ToRequest<boolean>): BooleanField {
  return { kind: 'boolean', ...base(words, value, given => typeof given === 'boolean', write) };
}

export function choice<Option extends string>(
  words: Words,
  value: NoInfer<Option>,
  options: Readonly<Record<Option, string>>,
): ChoiceField<Option> {
  const isValid = (given: unknown): given is Option =>
    typeof given === 'string' && Object.hasOwn(options, given);
  return { kind: 'choice', options, ...base(words, value, isValid) };
}

export function list(words: Words, value: readonly string[]): ListField {
  const isValid = (given: unknown): given is readonly string[] =>
    Array.isArray(given) && given.every(item => typeof item === 'string');
  return { kind: 'list', ...base(words, value, isValid) };
}

export function text(words: Words, placeholder: string): TextField {
  return { kind: 'text', placeholder, problemOf: () => null, ...base(words, '', isText) };
}

/** JSON as text, of the kind that `accepts` names: sent parsed, and not at all while it is not valid. */
export function json(words: Words, placeholder: string, accepts: 'object' | 'array'): TextField {
  const problemOf = (source: string) => jsonProblem(source, accepts);
  const write: ToRequest<string> = (source, key) =>
    source.trim() === '' || problemOf(source) !== null ? {} : { [key]: JSON.parse(source) };
  return { kind: 'text', placeholder, problemOf, ...base(words, '', isText, write) };
}

function isText(given: unknown): given is string {
  return typeof given === 'string';
}

function jsonProblem(source: string, accepts: 'object' | 'array'): string | null {
  if (source.trim() === '') return null;
  try {
    const value: unknown = JSON.parse(source);
    const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    return kind === accepts ? null : `This has to be a JSON ${accepts}, but it is a ${kind}.`;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}
