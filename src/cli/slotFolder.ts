import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { isSlotFileName } from '../protocol/slotFileName.ts';
import { answerTabFile } from './tabFile.ts';

/** Answers a GET or PUT of the file `encodedName` of the folder. */
export async function answerSlotFile(
  folder: string,
  encodedName: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = decoded(encodedName);
  if (name === null || !isSlotFileName(name)) {
    response.writeHead(400).end();
    return;
  }
  await answerTabFile(join(folder, name), request, response);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
