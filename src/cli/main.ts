import { assertNever } from '../util/assert.ts';
import { helpText, readCommandLine } from './commandLine.ts';
import { endingOf } from './ending.ts';
import type { Machine } from './machine.ts';
import { tokenize } from './tokenize/tokenize.ts';
import { tokenizeHelp } from './tokenize/tokenizeLine.ts';

/**
 * Runs the command that the arguments name. Imports only that command, because servers and browser drivers load slowly. Throws an
 * `Error` whose message is one line for the user.
 */
export async function main(args: readonly string[], machine: Machine): Promise<void> {
  const command = readCommandLine(args, machine.env);
  switch (command.kind) {
    case 'help':
      machine.log(helpText());
      break;
    case 'version':
      machine.log(`foretoken ${machine.version}`);
      break;
    case 'tokenize':
      await tokenize(command.options, {
        input: process.stdin,
        write: output => process.stdout.write(output),
        warn: line => console.error(line),
      });
      break;
    case 'tokenize help':
      machine.log(tokenizeHelp());
      break;
    case 'lab help':
      machine.log(command.text);
      break;
    case 'lab':
      process.exitCode = await (await import('./lab/lab.ts')).lab(command.options, machine, ended());
      break;
    case 'compare':
      process.exitCode = await (await import('./lab/compareFiles.ts')).compareFiles(command.options, machine);
      break;
    case 'serve':
      await (await import('./serve.ts')).serve(command.options, machine, endingOf(process));
      break;
    default:
      assertNever(command);
  }
}

/** Aborts when this process receives a signal to end. */
function ended(): AbortSignal {
  const { stop, leave } = endingOf(process);
  return AbortSignal.any([stop, leave]);
}
