/** What the commands find where they run; the launcher in bin knows it. */
export interface Machine {
  readonly version: string;
  /** Folder of the built site. */
  readonly site: string;
  /** Path of bin/keeper.mjs. */
  readonly keeper: string;
  /** Arguments that give a Chromium WebGPU on any machine. */
  readonly browserFlags: readonly string[];
  /** Path of a Chromium; throws where there is none. */
  readonly findBrowser: () => string;
  /** Prints a line. */
  readonly log: (line: string) => void;
}
