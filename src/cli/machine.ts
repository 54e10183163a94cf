import type { ServerReport } from '../protocol/options.ts';
import type { Environment } from './environment.ts';
import type { Display } from './hub/progress.ts';

/** What the commands find where they run; the launcher in bin knows it. */
export interface Machine {
  readonly env: Environment;
  readonly version: string;
  /** Folder of the built site. */
  readonly site: string;
  /** Path of bin/keeper.mjs. */
  readonly keeper: string;
  /** Arguments that give a Chromium WebGPU on any machine. */
  readonly browserFlags: readonly string[];
  /** Path of a Chromium; throws where there is none. */
  readonly findBrowser: () => string;
  /** Where progress is shown. */
  readonly display: Display;
  /** Called whenever the models are loaded; `url` is the door's. */
  readonly ready?: (server: { readonly url: string; readonly report: ServerReport }) => void;
  /** Prints a line. */
  readonly log: (line: string) => void;
}
