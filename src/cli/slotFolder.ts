import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isSlotFileName } from '../protocol/slotFileName.ts';
import { sendFile } from './sendFile.ts';

/**
 * Answers a GET or PUT of the file `encodedName` of the folder. A PUT replaces the old file once the new one has arrived
 * completely.
 */
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
  const path = join(folder, name);
  if (request.method === 'PUT') await putFile(folder, path, request, response);
  else if (!(await sendFile(path, request, response))) response.writeHead(404).end();
}

async function putFile(
  folder: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const part = join(folder, `.${randomBytes(12).toString('hex')}.part`);
  try {
    await pipeline(request, createWriteStream(part, { flags: 'wx' }));
    await rename(part, path);
    response.writeHead(204).end();
  } catch {
    // Failures here: a full disk, a missing folder, a name that the file system refuses, or a tab that disconnected.
    await rm(part, { force: true });
    if (!response.destroyed) response.writeHead(507).end();
  }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
