import type { Context } from '../context.ts';

/** Case that the page's address links to. */
export function LinkedCase({ state, session, linked }: Context & { readonly linked: string }) {
  const { running, set } = state;
  return (
    <section class="linked" aria-labelledby="linked-title" data-testid="linked">
      <h2 id="linked-title">A single case</h2>
      <p>
        The link that brought you here names <code>{linked}</code>. Running it takes a second or two, and says
        whether your GPU gets it right.
      </p>
      <button
        type="button"
        class="primary"
        data-testid="run-linked"
        disabled={running !== null}
        onClick={() => session.start({ set, only: [linked] })}
      >
        Run this case
      </button>
    </section>
  );
}
