import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const PROMPTS = fileURLToPath(new URL('prompts.json', import.meta.url));
/** Flags of llama.cpp's that `parseArgs` would read as several letters, or does not know. */
const SHORT = { '-m': '--model', '-md': '--model-draft', '-n': '--predict' };

/**
 * Arguments of `npm run spec-bench`, checked. Throws an `Error` that says what is wrong.
 *
 * @param {readonly string[]} args
 * @param {(path: string) => string} readFile
 */
export function readSpecBenchArguments(args, readFile) {
  const { values } = parseArgs({
    args: args.map(arg => SHORT[arg] ?? arg),
    options: {
      model: { type: 'string' },
      'model-draft': { type: 'string' },
      kinds: { type: 'string' },
      temperature: { type: 'string', default: '0,0.8' },
      runs: { type: 'string', default: '3' },
      predict: { type: 'string', default: '64' },
      only: { type: 'string', default: '' },
      prompts: { type: 'string', default: PROMPTS },
      options: { type: 'string', default: '{}' },
      adapter: { type: 'string' },
      json: { type: 'string' },
    },
  });
  return {
    model: values.model ?? null,
    modelDraft: values['model-draft'] ?? null,
    kinds: values.kinds?.split(',').map(kind => kind.trim()) ?? null,
    temperatures: values.temperature.split(',').map(temperatureOf),
    runs: positive(values.runs, 'runs'),
    nPredict: positive(values.predict, 'predict'),
    prompts: chosen(promptsIn(readFile(values.prompts), values.prompts), values.only),
    options: objectIn(values.options, '--options'),
    adapter: values.adapter ?? null,
    json: values.json ?? null,
  };
}

/** @param {Record<string, string[]>} prompts @param {string} only pattern of the categories */
function chosen(prompts, only) {
  const names = Object.keys(prompts).filter(name => new RegExp(only).test(name));
  if (names.length === 0)
    throw new Error(`--only ${only} matches none of ${Object.keys(prompts).join(', ')}`);
  return Object.fromEntries(names.map(name => [name, prompts[name]]));
}

/** @param {string} text @param {string} path @returns {Record<string, string[]>} */
function promptsIn(text, path) {
  const prompts = objectIn(text, path);
  for (const [category, texts] of Object.entries(prompts)) {
    const isList = Array.isArray(texts) && texts.length > 0 && texts.every(text => typeof text === 'string');
    if (!isList) throw new Error(`${path}: ${category} must be a list of texts, with one at least`);
  }
  return prompts;
}

/** @param {string} text @param {string} where @returns {Record<string, any>} */
function objectIn(text, where) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${where} is not JSON: ${error.message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${where} must be a JSON object`);
  }
  return value;
}

/** @param {string} text */
function temperatureOf(text) {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new Error(
    `--temperature has ${text || 'an empty value'}, but needs numbers from 0, separated by commas`,
  );
}

/** @param {string} text @param {string} name */
function positive(text, name) {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} is ${text}, but must be a whole number from 1`);
}
