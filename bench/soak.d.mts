export interface SoakOptions {
  readonly url: string;
  readonly nClients: number;
  /** How many different requests there are. */
  readonly nJobs: number;
  readonly seconds: number;
  /** Called once a second. */
  readonly onSample?: () => void;
}

export interface SoakResult {
  readonly nAnswered: number;
  /** Requests whose clients went away. */
  readonly nLeft: number;
  readonly nTokens: number;
  /** What was not as it should be. */
  readonly wrong: readonly string[];
  readonly seconds: number;
}

export function soak(options: SoakOptions): Promise<SoakResult>;
