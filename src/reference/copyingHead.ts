import type { GgufToWrite } from '../gguf/index.ts';
import { chainMetadata, matrix, N_FF, norm, outputOf, type Successors, widthOf } from './chainTarget.ts';

/** How the drafts of a head come about. */
export interface Copying {
  /**
   * Token whose successor the head drafts: the row's own (`token`), or the one before it, of which only the target's hidden state
   * tells, and which stays the same for all drafts of a round (`hidden`). With `commonest` the head drafts the successor that most
   * visible rows have in common, and among equals that of the row's own token, if it is one of them.
   */
  readonly reads: 'token' | 'hidden' | 'commonest';
  /** The target's own successors, read from the token, are always accepted. */
  readonly successors: Successors;
}

export interface CopyingHeadOptions extends Copying {
  /** Number of the target's layers. */
  readonly nLayers: number;
  readonly nCtx: number;
}

/**
 * Builds a head for a `chainTarget`, an MTP layer whose drafts are known without running it, so that tests know which are
 * accepted. It judges the wiring: the token and the hidden state that a row joins, the rows that attention sees, the output matrix.
 */
export function copyingHead({ reads, successors, nLayers, nCtx }: CopyingHeadOptions): GgufToWrite {
  const nVocab = successors.length;
  const nEmbd = widthOf(nVocab);
  const prefix = `blk.${nLayers}.`;
  const zeros = (name: string, k: number, nRows: number) => matrix(prefix + name, k, nRows, () => 0);
  const diagonal = (name: string, value: number) =>
    matrix(prefix + name, nEmbd, nEmbd, (row, column) => (row === column ? value : 0));
  // The embedding is the first half of what eh_proj multiplies, the hidden state the second.
  const firstColumn = reads === 'hidden' ? nEmbd : 0;
  return {
    metadata: {
      ...chainMetadata(nVocab, nLayers + 1, nCtx),
      'llama.nextn_predict_layers': { type: 'uint32', value: 1 },
    },
    tensors: [
      ...['attn_norm', 'ffn_norm', 'nextn.enorm', 'nextn.hnorm', 'nextn.shared_head_norm'].map(name =>
        norm(prefix + name, nEmbd),
      ),
      matrix(`${prefix}nextn.eh_proj`, 2 * nEmbd, nEmbd, (row, column) =>
        column === firstColumn + row ? 1 : 0,
      ),
      // Without queries and keys every visible row has the same share of the attention.
      zeros('attn_q', nEmbd, nEmbd),
      zeros('attn_k', nEmbd, nEmbd),
      diagonal('attn_v', 1),
      // One row more among nCtx counts more than the residual stream, which holds the row's own token once.
      diagonal('attn_output', reads === 'commonest' ? 2 * nCtx : 0),
      zeros('ffn_gate', nEmbd, N_FF),
      zeros('ffn_up', nEmbd, N_FF),
      zeros('ffn_down', N_FF, nEmbd),
      outputOf(`${prefix}nextn.shared_head_head`, successors),
    ],
  };
}
