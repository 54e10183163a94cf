import { CopyButton } from '../../frame/CopyButton.tsx';
import { linkTo } from '../deepLink.ts';
import type { ModelChoices } from '../engine/choices.ts';

/** Button that copies a link which opens the page with these models, or the reason why there is none. */
export function LinkButton({ choices }: { readonly choices: ModelChoices }) {
  const query = linkTo(choices);
  if (query === null) {
    return (
      <p class="note" data-testid="no-link">
        No link leads to files of this computer. Models of Hugging Face and of other addresses can be shared.
      </p>
    );
  }
  return (
    <div data-testid="link">
      <CopyButton label="Copy a link to these models" text={new URL(query, location.href).href} />
    </div>
  );
}
