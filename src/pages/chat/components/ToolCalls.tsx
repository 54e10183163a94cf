import { useState } from 'preact/hooks';
import type { ToolCall } from '../conversation/conversation.ts';

interface Props {
  readonly calls: readonly ToolCall[];
  /** Takes the result of a call that the user gives; null where none is wanted. */
  readonly onResult: ((callId: string, text: string) => void) | null;
}

/** Tools that the model wants to call. The page runs none: the user gives the results. */
export function ToolCalls({ calls, onResult }: Props) {
  return (
    <ul class="calls">
      {calls.map(call => (
        <li key={call.id} data-testid="tool-call">
          <b>{call.name}</b>
          <pre>{pretty(call.arguments)}</pre>
          {onResult && <ResultForm name={call.name} onResult={text => onResult(call.id, text)} />}
        </li>
      ))}
    </ul>
  );
}

function ResultForm({ name, onResult }: { name: string; onResult: (text: string) => void }) {
  const [text, setText] = useState('');
  return (
    <form
      class="row"
      onSubmit={event => {
        event.preventDefault();
        onResult(text);
      }}
    >
      <input
        type="text"
        aria-label={`Result of ${name}`}
        placeholder="Its result, for the model to go on with"
        value={text}
        onInput={event => setText(event.currentTarget.value)}
      />
      <button type="submit">Give</button>
    </form>
  );
}

/** JSON with indentation; as it is while it is incomplete. */
function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
