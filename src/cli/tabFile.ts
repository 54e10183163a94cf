import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sendFile } from './sendFile.ts';

/**
 * Answers a GET or PUT of a file that the tab reads and writes. A PUT replaces the old file once the new one has arrived
 * completely.
 */
export async function answerTabFile(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'PUT') await putFile(path, request, response);
  else if (!(await sendFile(path, request, response))) response.writeHead(404).end();
}

async function putFile(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const part = join(dirname(path), `.${randomBytes(12).toString('hex')}.part`);
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
