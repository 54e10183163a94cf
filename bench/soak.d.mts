export interface SoakOptions {
  readonly url: string;
  readonly nClients: number;
  /** Number of distinct requests. */
  readonly nJobs: number;
  readonly seconds: number;
  /** Called once a second. */
  readonly onSample?: () => void;
}

export interface SoakResult {
  readonly nAnswered: number;
  /** Number of requests whose clients disconnected. */
  readonly nLeft: number;
  readonly nTokens: number;
  /** Descriptions of faults. */
  readonly wrong: readonly string[];
  readonly seconds: number;
}

export function soak(options: SoakOptions): Promise<SoakResult>;
