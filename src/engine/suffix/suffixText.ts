import type { TokenId } from '../../forward/forward.ts';
import type { Evidence, MatchOdds } from './matchOdds.ts';
import type { TokenLog } from './tokenLog.ts';

/** Longest match that is measured, and most places that are compared in each log. */
const MAX_LENGTH = 32;
const MAX_PLACES = 128;
/** Probability below which a draft is not worth a thought, whatever a row costs. */
const LEAST_CHANCE = 0.02;

/** Tokens that may follow a text. */
export interface Guess {
  readonly tokens: readonly TokenId[];
  /** Probability that the first i + 1 tokens follow. */
  readonly chances: readonly number[];
}

/** Place before `position` of a log, where the last `length` tokens are those of the text. */
interface Place {
  readonly log: TokenLog;
  readonly position: number;
  readonly length: number;
}

interface GuessedToken {
  readonly token: TokenId;
  readonly evidence: Evidence;
}

/**
 * Guesses how one text goes on. It finds the places, in the text and in earlier ones, where the last tokens are the same, and
 * follows the place with the longest match, or where several have it the majority of them. Each text that is read teaches how
 * often that is right.
 */
export class SuffixText {
  /** Log of this text alone. */
  readonly #own: TokenLog;
  readonly #earlier: TokenLog;
  readonly #odds: MatchOdds;
  #nRead = 0;
  /** Tokens guessed after the text that was read. */
  #guessed: readonly GuessedToken[] = [];

  /** `own`: an empty log; `earlier`: earlier texts of the server; `odds`: shared by all its texts. */
  constructor(own: TokenLog, earlier: TokenLog, odds: MatchOdds) {
    this.#own = own;
    this.#earlier = earlier;
    this.#odds = odds;
  }

  /** Guesses at most `nMax` tokens after `tokens`, which extend those of the last call. */
  guess(tokens: readonly TokenId[], nMax: number): Guess {
    this.#read(tokens);
    const guessed: GuessedToken[] = [];
    const chances: number[] = [];
    let chance = 1;
    let places = this.#places(tokens);
    while (guessed.length < nMax) {
      const next = majority(places, guessed.length, this.#own);
      if (next === null) break;
      chance *= this.#odds.likelihood(next.evidence);
      if (chance < LEAST_CHANCE) break;
      const at = guessed.length;
      places = places.filter(({ log, position }) => log.at(position + at) === next.token);
      guessed.push(next);
      chances.push(chance);
    }
    this.#guessed = guessed;
    return { tokens: guessed.map(({ token }) => token), chances };
  }

  /** Reads the new tokens, and learns from them whether the last guess was right. */
  #read(tokens: readonly TokenId[]): void {
    for (const [i, { token, evidence }] of this.#guessed.entries()) {
      if (this.#nRead + i === tokens.length) break;
      const isRight = tokens[this.#nRead + i] === token;
      this.#odds.record(evidence, isRight);
      if (!isRight) break;
    }
    for (; this.#nRead < tokens.length; this.#nRead++) this.#own.append(tokens[this.#nRead]);
  }

  #places(tokens: readonly TokenId[]): Place[] {
    return [this.#own, this.#earlier].flatMap(log =>
      log.positionsAfter(tokens[tokens.length - 1], MAX_PLACES).map(position => {
        return { log, position, length: matchLength(log, position, tokens) };
      }),
    );
  }
}

/** Number of tokens before `position` that equal the last ones of `tokens`. */
function matchLength(log: TokenLog, position: number, tokens: readonly TokenId[]): number {
  const longest = Math.min(MAX_LENGTH, tokens.length);
  let length = 0;
  while (length < longest && log.at(position - 1 - length) === tokens[tokens.length - 1 - length]) length++;
  return length;
}

/** Token that follows `at` tokens behind the places with the longest match, or most of them; null where nothing follows. */
function majority(places: readonly Place[], at: number, own: TokenLog): GuessedToken | null {
  const votes = new Map<TokenId, { nVotes: number; length: number; isOwn: boolean }>();
  let nPlaces = 0;
  for (const { log, position, length } of places) {
    const token = log.at(position + at);
    if (token === undefined) continue;
    nPlaces++;
    const vote = votes.get(token) ?? { nVotes: 0, length: 0, isOwn: false };
    votes.set(token, vote);
    vote.nVotes++;
    vote.length = Math.max(vote.length, length);
    vote.isOwn ||= log === own;
  }
  const ranked = [...votes].sort(([, a], [, b]) => b.length - a.length || b.nVotes - a.nVotes);
  if (ranked.length === 0) return null;
  const [token, { nVotes, length, isOwn }] = ranked[0];
  return { token, evidence: { length: length + at, nPlaces, nVotes, isOwn } };
}
