import { choiceOf, type ModelChoice, type ModelChoices, type Role } from './engine/choices.ts';

/** Wishes in the address of the page. */
export interface DeepLink {
  /** Null: the models of the last visit. */
  readonly choices: ModelChoices | null;
  /** Text for the composer; it is not sent by itself. */
  readonly prompt: string;
  readonly system: string;
}

/** Reads `?model=…&draft=…&prompt=…&system=…`. A model is an address or `hf:ORG/NAME:TYPE`; `bundled` is the stories model. */
export function readDeepLink(search: string): DeepLink {
  const query = new URLSearchParams(search);
  const [model, draft] = [query.get('model'), query.get('draft')];
  return {
    choices: model
      ? {
          target: choiceNamed('target', model),
          draft: draft ? choiceNamed('draft', draft) : { kind: 'none' },
          nCtx: null,
        }
      : draft
        ? { target: { kind: 'bundled' }, draft: choiceNamed('draft', draft), nCtx: null }
        : null,
    prompt: query.get('prompt') ?? '',
    system: query.get('system') ?? '',
  };
}

/** Query of a link that opens the page with these models; null for files, which no address leads to. */
export function linkTo(choices: ModelChoices): string | null {
  if (choices.target.kind === 'files' || choices.draft.kind === 'files') return null;
  const [model, draft] = [nameOf(choices.target), nameOf(choices.draft)];
  const query = new URLSearchParams({ ...(model && { model }), ...(draft && { draft }) });
  // A query may have these as they are, and people read links.
  return `?${String(query).replaceAll('%3A', ':').replaceAll('%2F', '/')}`;
}

function choiceNamed(role: Role, name: string): ModelChoice {
  return name === 'bundled' ? { kind: 'bundled' } : choiceOf(role, name);
}

function nameOf(choice: ModelChoice): string | null {
  if (choice.kind === 'url') return choice.url;
  return choice.kind === 'bundled' ? 'bundled' : null;
}
