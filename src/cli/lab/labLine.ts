import { type CompareOptions, compareHelp, readCompareLine } from './compareLine.ts';
import { type RunOptions, readRunLine, runHelp } from './runLine.ts';

export type LabCommand =
  | { readonly kind: 'lab'; readonly options: RunOptions }
  | { readonly kind: 'compare'; readonly options: CompareOptions }
  | { readonly kind: 'lab help'; readonly text: string };

/** Reads the arguments after `foretoken lab`. Throws `invalid_option`. */
export function readLabLine(args: readonly string[]): LabCommand {
  const isCompare = args[0] === 'compare';
  if (args.includes('-h') || args.includes('--help')) {
    return { kind: 'lab help', text: isCompare ? compareHelp() : runHelp() };
  }
  return isCompare
    ? { kind: 'compare', options: readCompareLine(args.slice(1)) }
    : { kind: 'lab', options: readRunLine(args) };
}
