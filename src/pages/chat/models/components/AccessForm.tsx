import { useEffect, useRef, useState } from 'preact/hooks';
import {
  accessFault,
  HUB_ADDRESS,
  type HubAccess,
  hubPage,
  PUBLIC_HUB,
  tidyAccess,
  withEndpoint,
} from '../access.ts';
import type { LibraryContext } from '../context.ts';

/** Fields for an access token and for a mirror of the Hub. */
export function AccessForm({ state, effects, dispatch }: LibraryContext) {
  const { access, isAccessShown } = state;
  return (
    <details
      class="access"
      open={isAccessShown}
      onToggle={event => dispatch({ type: 'accessShown', isShown: event.currentTarget.open })}
    >
      <summary data-testid="access">
        <span>Token and mirror</span>
        {access.token !== '' && <span class="badge">token set</span>}
        {access.endpoint !== '' && <span class="badge">{new URL(access.endpoint).host}</span>}
      </summary>
      {isAccessShown && <Fields key={JSON.stringify(access)} access={access} onUse={use} />}
    </details>
  );

  function use(next: HubAccess): void {
    dispatch({ type: 'access', access: next });
    if (state.search.kind === 'failed') void effects.search.submit(state.query);
  }
}

interface FieldsProps {
  readonly access: HubAccess;
  readonly onUse: (access: HubAccess) => void;
}

function Fields({ access, onUse }: FieldsProps) {
  const [typed, setTyped] = useState(access);
  const [fault, setFault] = useState<string | null>(null);
  const tokenField = useRef<HTMLInputElement>(null);
  useEffect(() => tokenField.current?.focus(), []);
  const tidy = tidyAccess(typed);
  const isUsed = JSON.stringify(tidy) === JSON.stringify(access);
  return (
    <form
      class="opened"
      onSubmit={event => {
        event.preventDefault();
        const found = accessFault(tidy);
        setFault(found);
        if (found === null) onUse(tidy);
      }}
    >
      <label>
        Address of the Hub or of a mirror
        <input
          type="text"
          inputMode="url"
          spellcheck={false}
          autocapitalize="off"
          placeholder={HUB_ADDRESS}
          value={typed.endpoint}
          data-testid="access-endpoint"
          onInput={({ currentTarget }) => setTyped(withEndpoint(typed, currentTarget.value))}
        />
      </label>
      <label>
        Access token, for private and gated models
        <input
          ref={tokenField}
          type="password"
          autocomplete="off"
          placeholder="hf_…"
          value={typed.token}
          data-testid="access-token"
          onInput={({ currentTarget }) => setTyped({ ...typed, token: currentTarget.value })}
        />
      </label>
      <label class="draft">
        <input
          type="checkbox"
          checked={typed.isRemembered}
          data-testid="access-remember"
          onChange={({ currentTarget }) => setTyped({ ...typed, isRemembered: currentTarget.checked })}
        />
        <span>Remember both in this browser, readable by who uses it; otherwise until the tab is closed</span>
      </label>
      <p class="note">
        The token goes to this address only. A token that may read is enough; your account has them under{' '}
        <a href={hubPage(PUBLIC_HUB, 'settings/tokens')} target="_blank" rel="noreferrer">
          Access Tokens
        </a>
        .
      </p>
      {fault !== null && (
        <p role="alert" class="trouble">
          {fault}
        </p>
      )}
      <div class="buttons">
        <button type="submit" class="primary" disabled={isUsed}>
          Use
        </button>
        <button
          type="button"
          disabled={JSON.stringify(access) === JSON.stringify(PUBLIC_HUB)}
          onClick={() => onUse(PUBLIC_HUB)}
        >
          Forget
        </button>
      </div>
    </form>
  );
}
