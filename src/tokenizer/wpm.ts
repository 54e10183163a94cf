import type { Encoding } from './encoding.ts';
import { unescapedBytes } from './escapedSpaces.ts';
import type { Vocabulary } from './vocabulary.ts';
import type { Method } from './vocabularySpec.ts';

export class WpmEncoding implements Encoding {
  readonly mayDropText = true;
  constructor(_method: Extract<Method, { kind: 'wpm' }>, _vocabulary: Vocabulary) {}
  encode(_text: string, _afterSpecial: boolean, _output: number[]): void {
    throw new Error('soon');
  }
  pieceBytes(text: string): Uint8Array {
    return unescapedBytes(text);
  }
}
