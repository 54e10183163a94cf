import { useMemo } from 'preact/hooks';
import type { Timings } from '../../../client/index.ts';
import { branchOf } from '../conversation/branch.ts';
import { current } from '../conversation/chatState.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { State } from '../state.ts';

/** Share of the context from which on the gauge warns. */
const HIGH = 0.85;

/** How much of the context the conversation fills, by the figures of its last answer. */
export function ContextGauge({ state }: { state: State }) {
  const { status } = state.engine;
  const conversation = current(state.chat);
  const { answer } = state.chat;
  const last = useMemo(() => lastTimings(conversation), [conversation]);
  const timings = (answer?.conversationId === conversation.id ? answer.message.timings : null) ?? last;
  const used = timings && timings.cache_n + timings.prompt_n + timings.predicted_n;
  if (status.kind !== 'ready' || used === null) return null;
  const size = Math.floor(status.report.nCtx / status.report.nSlots);
  const isHigh = used > HIGH * size;
  return (
    <div class="gauge" data-high={isHigh} data-testid="gauge">
      <meter aria-label="Context in use" min={0} max={size} high={HIGH * size} value={Math.min(used, size)} />
      <span>
        {used} of {size} tokens of context
        {isHigh && ': begin a new conversation soon, or raise the context in the settings'}
      </span>
    </div>
  );
}

function lastTimings(conversation: Conversation): Timings | null {
  return (
    branchOf(conversation)
      .map(({ message }) => (message.role === 'assistant' ? message.timings : null))
      .findLast(own => own !== null) ?? null
  );
}
