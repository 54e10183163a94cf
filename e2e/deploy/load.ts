/** Requests that ended in the same way at the same engine. */
export type End =
  /** The whole answer arrived. */
  | 'answered'
  /** A part of the answer had arrived, then its client got an error. */
  | 'broken'
  /** Nothing of an answer had arrived, and its client got an error. */
  | 'lost'
  /** The answer looked complete to HTTP and was not. */
  | 'silent';

export interface Outcome {
  readonly end: End;
  /** Name of the engine, where a response had begun. */
  readonly engine: string | null;
  /** Error, for the report of a failed test. */
  readonly reason: string;
}

/** Clients that ask again and again, half of them for streams. */
export class Load {
  readonly outcomes: Outcome[] = [];
  readonly #url: string;
  readonly #clients: Promise<void>[];
  #isStopped = false;

  constructor(url: string, nClients: number) {
    this.#url = url;
    this.#clients = Array.from({ length: nClients }, (_, i) => this.#ask(i));
  }

  count(end: End, engine?: string): number {
    return this.outcomes.filter(one => one.end === end && (engine === undefined || one.engine === engine))
      .length;
  }

  /** Counts in one line. */
  toString(): string {
    const ends = (['answered', 'broken', 'lost', 'silent'] as const).map(end => `${this.count(end)} ${end}`);
    return `${this.outcomes.length} requests: ${ends.join(', ')} (a answered ${this.count('answered', 'a')}, b ${this.count('answered', 'b')})`;
  }

  /** Resolves when all pending requests have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#clients);
  }

  async #ask(client: number): Promise<void> {
    for (let i = 0; !this.#isStopped; i++) {
      this.outcomes.push(await complete(this.#url, client, i, client % 2 === 0));
    }
  }
}

async function complete(url: string, client: number, i: number, stream: boolean): Promise<Outcome> {
  const body = JSON.stringify({
    prompt: `Client ${client} asks for story ${i}. Once upon a time`,
    n_predict: 16 + ((client * 5 + i * 3) % 32),
    ignore_eos: true,
    stream,
  });
  let engine: string | null = null;
  try {
    const response = await fetch(url, { method: 'POST', body });
    if (!response.ok) return { end: 'lost', engine, reason: `${response.status} ${await response.text()}` };
    engine = response.headers.get('x-engine');
    const text = await response.text();
    if (text.includes('"error"')) return { end: 'broken', engine, reason: text.slice(-200) };
    const isWhole = text.includes('"stop":true');
    return { end: isWhole ? 'answered' : 'silent', engine, reason: text.slice(-200) };
  } catch (error) {
    return { end: engine === null ? 'lost' : 'broken', engine, reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${error.cause ?? ''}` : String(error);
}
