import { type Settings, settingsFrom } from '../settings/settings.ts';
import { isRecord } from './isRecord.ts';

/** Models as they were chosen: an address, or the names of files. */
export interface ModelNames {
  readonly target: string;
  /** Null for none. */
  readonly draft: string | null;
}

/** Beginning of an answer that was there before the request, which went on with it: lengths of its parts. */
export interface Beginning {
  readonly content: number;
  readonly reasoning: number;
  /** Whether the answer's timings are also those of its beginning. */
  readonly isTimed: boolean;
}

/** Request of an answer, besides the messages before it. */
export interface AnswerRequest {
  readonly system: string;
  readonly settings: Partial<Settings>;
  /** Seed that was sent: the one of the settings, or the one that the page drew where they say that it is random. */
  readonly seed: number;
  readonly models: ModelNames;
  /** Null for a request that led to the whole answer. */
  readonly after: Beginning | null;
}

/** Seeds that a request can have: 32 bits, of which the last number means a random one. */
const N_SEEDS = 2 ** 32 - 1;

/** Draws a seed, from 0 to 2^32 - 2. */
export function randomSeed(): number {
  return Math.floor(Math.random() * N_SEEDS);
}

/** Reads a request from outside; null if it is none. */
export function requestFrom(value: unknown): AnswerRequest | null {
  if (!isRecord(value) || !isRecord(value.models)) return null;
  const { system, settings, seed, models, after } = value;
  const { target, draft } = models;
  if (typeof system !== 'string' || !isCount(seed) || seed >= N_SEEDS) return null;
  if (typeof target !== 'string' || !(draft === null || typeof draft === 'string')) return null;
  const beginning = after === null ? null : beginningFrom(after);
  if (beginning === undefined) return null;
  return { system, settings: settingsFrom(settings), seed, models: { target, draft }, after: beginning };
}

function beginningFrom(value: unknown): Beginning | undefined {
  if (!isRecord(value)) return undefined;
  const { content, reasoning, isTimed } = value;
  return isCount(content) && isCount(reasoning) && typeof isTimed === 'boolean'
    ? { content, reasoning, isTimed }
    : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
