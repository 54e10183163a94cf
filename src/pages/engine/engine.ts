import { createServer, type Foretoken, ForetokenError } from '../../client/index.ts';
import { decodeFrame, encodeFrame } from '../../protocol/frame.ts';
import { type FromTab, secretPath, type TabOptions, type ToTab } from '../../protocol/tab.ts';
import { answer, type TabRequest } from './answer.ts';

/**
 * Connects to the process that served this page, loads the models that it names and answers its requests. When the connection
 * ends, the tab frees the GPU and closes itself.
 *
 * @param show displays the state of the tab
 */
export function runEngine(secret: string, show: (text: string) => void): void {
  const socket = new WebSocket(address(secretPath(secret, 'socket')));
  socket.binaryType = 'arraybuffer';
  const gone = new AbortController();
  const running = new Map<number, AbortController>();
  let server: Foretoken | undefined;

  function send(message: FromTab, bytes?: Uint8Array): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(encodeFrame(message, bytes));
  }

  async function load({ model, modelDraft, slotSavePath, ...options }: TabOptions): Promise<void> {
    show('Loading the models');
    try {
      server = await createServer({
        ...options,
        model: absolute(model),
        ...(modelDraft === undefined ? {} : { modelDraft: absolute(modelDraft) }),
        ...(slotSavePath === undefined ? {} : { slotSavePath: absolute(slotSavePath).href }),
        onLog: line => send({ kind: 'log', line }),
        signal: gone.signal,
      });
    } catch (error) {
      fail(ForetokenError.from(error));
      return;
    }
    void server.lost.then(fail);
    send({ kind: 'ready', report: server.report });
    show('Answering requests; keep this tab open');
  }

  function fail(error: ForetokenError): void {
    send({ kind: 'failed', error: error.toWire() });
    show(`Stopped: ${error.message}`);
  }

  async function exchange(request: TabRequest, body: Uint8Array): Promise<void> {
    const cancelled = new AbortController();
    running.set(request.id, cancelled);
    // The process sends requests only after `ready`.
    if (server) await answer(server.fetch, request, body, send, cancelled.signal);
    running.delete(request.id);
  }

  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    const { message, bytes } = decodeFrame<ToTab>(new Uint8Array(data));
    switch (message.kind) {
      case 'load':
        void load(message.options);
        break;
      case 'request':
        void exchange(message, bytes);
        break;
      case 'cancel':
        running.get(message.id)?.abort();
        break;
      default:
        unknownMessage(message);
    }
  };
  socket.onclose = () => {
    gone.abort();
    for (const cancelled of running.values()) cancelled.abort();
    void server?.close();
    show('The process that this tab answered for has ended, or another tab has its place; close this tab');
    window.close();
  };
}

function unknownMessage(message: never): never {
  throw new Error(`unexpected message: ${JSON.stringify(message)}`);
}

function absolute(path: string): URL {
  return new URL(path, location.href);
}

function address(path: string): URL {
  const url = absolute(path);
  url.protocol = url.protocol.replace('http', 'ws');
  return url;
}
