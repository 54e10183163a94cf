import type { ServerDefaults } from './chat.ts';
import { domError } from './errors.ts';
import type { SessionSettings } from './session.ts';
import type { LanguageModelCoreOptions, LanguageModelExpected, LanguageModelSamplingMode } from './shape.ts';

/** Bounds of sampling parameters, as Chrome has them. */
export const MAX_TEMPERATURE = 2;
export const MAX_TOP_K = 128;

/** Temperatures of the modes; `balanced` is the server's own. */
const TEMPERATURES: Readonly<Record<Exclude<LanguageModelSamplingMode, 'balanced'>, number>> = {
  'most-predictable': 0,
  predictable: 0.4,
  creative: 1.1,
  'most-creative': 1.5,
};

/** Whether sessions with these options can be had. Throws `RangeError` for a malformed language tag. */
export function isSupported({
  expectedInputs = [],
  expectedOutputs = [],
}: LanguageModelCoreOptions): boolean {
  for (const { languages = [] } of [...expectedInputs, ...expectedOutputs])
    Intl.getCanonicalLocales([...languages]);
  const allAre = (expected: readonly LanguageModelExpected[], tool: string) =>
    expected.every(({ type }) => type === 'text' || type === tool);
  return allAre(expectedInputs, 'tool-response') && allAre(expectedOutputs, 'tool-call');
}

/**
 * Settings of a session. Throws `NotSupportedError` for content that is not text, `TypeError` for a mode beside raw parameters or
 * an unknown one, `RangeError` for a temperature below 0 and for a top-k below 1.
 */
export function readSettings(options: LanguageModelCoreOptions, defaults: ServerDefaults): SessionSettings {
  if (!isSupported(options)) throw domError('NotSupportedError', 'Foretoken reads and writes text only');
  const { samplingMode, tools = [], temperature, topK } = options;
  if (samplingMode !== undefined && (temperature !== undefined || topK !== undefined)) {
    throw new TypeError('samplingMode excludes temperature and topK: leave either out');
  }
  return {
    contextWindow: defaults.contextWindow,
    samplingMode: samplingMode ?? 'balanced',
    temperature: clamped(
      'temperature',
      temperature ?? temperatureOf(samplingMode, defaults),
      0,
      MAX_TEMPERATURE,
    ),
    topK: Math.floor(clamped('topK', topK ?? defaults.topK, 1, MAX_TOP_K)),
    tools,
  };
}

function temperatureOf(
  mode: LanguageModelSamplingMode = 'balanced',
  { temperature }: ServerDefaults,
): number {
  if (mode === 'balanced') return temperature;
  if (!Object.hasOwn(TEMPERATURES, mode)) throw new TypeError(`${mode} is no samplingMode`);
  return TEMPERATURES[mode];
}

function clamped(name: string, value: number, min: number, max: number): number {
  if (!(value >= min)) throw new RangeError(`${name} has to be ${min} or more, but is ${value}`);
  return Math.min(value, max);
}
