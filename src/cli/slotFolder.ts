import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isSlotFileName } from '../protocol/slotFileName.ts';
import { sendFile } from './sendFile.ts';

/**
 * Answers a GET or PUT of the file `encodedName` of the folder. A file that is put takes the place of the old one when it is
 * there to its end.
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
    // A full disk, a folder that is gone, a name the file system does not take; or the tab broke off.
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
