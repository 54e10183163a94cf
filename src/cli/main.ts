import { assertNever } from '../util/assert.ts';
import { helpText, readCommandLine } from './commandLine.ts';
import { compareFiles } from './lab/compareFiles.ts';
import { openLabPage } from './lab/openLabPage.ts';
import { runLabs } from './lab/runLabs.ts';
import type { RunOptions } from './lab/runLine.ts';
import { serveSite } from './lab/siteServer.ts';
import type { Machine } from './machine.ts';
import { serve } from './serve.ts';

/** Runs the command that the arguments name. Throws an `Error` whose message is one line for the user. */
export async function main(args: readonly string[], machine: Machine): Promise<void> {
  const command = readCommandLine(args, machine.env);
  switch (command.kind) {
    case 'help':
      machine.log(helpText());
      break;
    case 'version':
      machine.log(`foretoken ${machine.version}`);
      break;
    case 'lab help':
      machine.log(command.text);
      break;
    case 'lab':
      process.exitCode = await lab(command.options, machine, stopped());
      break;
    case 'compare':
      process.exitCode = await compareFiles(command.options, machine);
      break;
    case 'serve':
      await serve(command.options, machine, stopped());
      break;
    default:
      assertNever(command);
  }
}

/** Aborted when somebody wants this process to end. */
function stopped(): AbortSignal {
  const stopping = new AbortController();
  // A terminal may send Ctrl-C more than once: the handlers stay.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopping.abort());
  return stopping.signal;
}

async function lab(options: RunOptions, machine: Machine, signal: AbortSignal): Promise<0 | 1> {
  const { headed, browserArgs } = options;
  const server = await serveSite(machine.site);
  try {
    const opening = { machine, siteUrl: server.url, headed, browserArgs };
    return await runLabs(options, { machine, signal, open: host => openLabPage(host, opening) });
  } finally {
    await server.close();
  }
}
