import { ForetokenError } from '../../../client/index.ts';
import { exported, imported } from '../conversation/archive.ts';
import { type Attachment, type Conversation, titleOf } from '../conversation/conversation.ts';
import { transcript } from '../conversation/transcript.ts';
import type { Action } from '../state.ts';

/** Largest text file that can be attached, in bytes; more would fill the context many times. */
const MAX_ATTACHMENT_BYTES = 1_000_000;

/** Saves all conversations as a JSON file. */
export function exportAll(conversations: readonly Conversation[]): void {
  const kept = conversations.filter(({ messages }) => messages.length > 0);
  save('foretoken-conversations.json', exported(kept), 'application/json');
}

/** Saves one conversation: JSON with all branches, or Markdown of the one that is shown. */
export function exportOne(conversation: Conversation, format: 'json' | 'md'): void {
  const name =
    titleOf(conversation)
      .replaceAll(/[^\p{L}\p{N} -]+/gu, '')
      .trim() || 'conversation';
  if (format === 'json') save(`${name}.json`, exported([conversation]), 'application/json');
  else save(`${name}.md`, transcript(conversation), 'text/markdown');
}

/** Adds the conversations of files, and opens the last one; says what is wrong with a file. */
export async function importFiles(files: readonly File[], dispatch: (action: Action) => void): Promise<void> {
  for (const file of files) {
    try {
      const conversations = imported(await file.text(), () => crypto.randomUUID(), Date.now());
      dispatch({ of: 'chat', type: 'library', conversations });
      const last = conversations.at(-1);
      if (last) dispatch({ of: 'chat', type: 'open', id: last.id });
    } catch (error) {
      const notice = `${file.name}: ${ForetokenError.from(error).message}`;
      dispatch({ of: 'view', view: { notice } });
    }
  }
}

/** Reads files as texts for the composer; says which are none. */
export async function attachFiles(files: readonly File[], dispatch: (action: Action) => void): Promise<void> {
  const attachments: Attachment[] = [];
  for (const file of files) {
    const text = file.size > MAX_ATTACHMENT_BYTES ? null : await readText(file);
    if (text !== null) attachments.push({ name: file.name, text });
    else {
      const limit = `${MAX_ATTACHMENT_BYTES / 1_000_000} MB`;
      dispatch({
        of: 'view',
        view: { notice: `${file.name} was not attached: only text files of up to ${limit} can be.` },
      });
    }
  }
  if (attachments.length > 0) dispatch({ of: 'chat', type: 'attach', attachments });
}

/** Text of a file; null if its bytes are not UTF-8. */
async function readText(file: File): Promise<string | null> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

function save(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
