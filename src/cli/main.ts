import { assertNever } from '../util/assert.ts';
import { helpText, readCommandLine } from './commandLine.ts';
import { compareFiles } from './lab/compareFiles.ts';
import { compareHelp } from './lab/compareLine.ts';
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
    case 'compare help':
      machine.log(compareHelp());
      break;
    case 'compare':
      process.exitCode = await compareFiles(command.options, machine);
      break;
    case 'serve': {
      const stopping = new AbortController();
      // A terminal may send Ctrl-C more than once: the handlers stay.
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopping.abort());
      await serve(command.options, machine, stopping.signal);
      break;
    }
    default:
      assertNever(command);
  }
}
