import type { Machine } from '../machine.ts';
import { openLabPage } from './openLabPage.ts';
import { runLabs } from './runLabs.ts';
import type { RunOptions } from './runLine.ts';
import { serveSite } from './siteServer.ts';

/** Runs the lab in the browsers of `options`, on a page of this process; returns the exit code. */
export async function lab(options: RunOptions, machine: Machine, signal: AbortSignal): Promise<0 | 1> {
  const { headed, browserArgs } = options;
  const server = await serveSite(machine.site);
  try {
    const opening = { machine, siteUrl: server.url, headed, browserArgs };
    return await runLabs(options, { machine, signal, open: host => openLabPage(host, opening) });
  } finally {
    await server.close();
  }
}
