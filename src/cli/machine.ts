import type { ServerReport } from '../protocol/serverReport.ts';
import type { Environment } from './environment.ts';
import type { Display } from './hub/progress.ts';

/** Environment of the commands, provided by the launcher in bin. */
export interface Machine {
  readonly env: Environment;
  readonly version: string;
  /** Folder of the built site. */
  readonly site: string;
  /** Path of bin/keeper.mjs. */
  readonly keeper: string;
  /** Arguments that enable WebGPU in a Chromium on any machine. */
  readonly browserFlags: readonly string[];
  /** Finds the path of a Chromium; throws if there is none. */
  readonly findBrowser: () => string;
  /** Output for progress. */
  readonly display: Display;
  /** Called whenever the models are loaded; `url` is the address of the HTTP front end. */
  readonly ready?: (server: { readonly url: string; readonly report: ServerReport }) => void;
  /** Prints a line. */
  readonly log: (line: string) => void;
}
