import type { JsonObject } from '../http/json.ts';
import { reducedGenerationSettings, type SettingsContext } from '../params/generationSettings.ts';
import type { Slot } from '../scheduling/slots.ts';

/** One element of `GET /slots`: the slot with its current or last task. */
export function slotView(slot: Slot, nCtx: number, context: SettingsContext): JsonObject {
  const { state } = slot;
  const busy = state.kind === 'busy';
  const generation = busy ? state.generation : state.last;
  return {
    id: slot.id,
    n_ctx: nCtx,
    speculative: context.isSpeculative,
    is_processing: busy,
    ...(generation && {
      id_task: generation.task.id,
      drafts: generation.drafts,
      n_prompt_tokens: busy ? generation.sequence.nPast : state.cells.length,
      n_prompt_tokens_processed: generation.nPromptDone - generation.nCached,
      n_prompt_tokens_cache: generation.nCached,
      params: reducedGenerationSettings(generation.task.params, context),
      next_token: [
        {
          has_next_token: busy,
          has_new_line: generation.hasNewLine,
          n_remain:
            busy && Number.isFinite(generation.task.nPredict)
              ? generation.task.nPredict - generation.sampled.length
              : -1,
          n_decoded: busy ? generation.sampled.length : 0,
        },
      ],
    }),
  };
}
