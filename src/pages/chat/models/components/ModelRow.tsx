import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

interface ModelRowProps {
  readonly name: string;
  readonly facts: string;
  /** Short labels: what is special about this row. */
  readonly badges: readonly (string | false)[];
  /** Content of the opened row; not made before. */
  readonly children: () => ComponentChildren;
}

/** Row of a list of models, which opens. */
export function ModelRow({ name, facts, badges, children }: ModelRowProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li data-testid="model">
      <details onToggle={event => setOpen(event.currentTarget.open)}>
        <summary>
          <span class="name">{name}</span>
          {badges.map(
            badge =>
              badge && (
                <span key={badge} class="badge">
                  {badge}
                </span>
              ),
          )}
          <span class="facts">{facts}</span>
        </summary>
        {isOpen && <div class="opened">{children()}</div>}
      </details>
    </li>
  );
}
