import { createServer, type Foretoken, ForetokenError } from '../../client/index.ts';
import { type Answerer, answerOver } from '../../protocol/channel.ts';
import {
  decodeMessage,
  encodeMessage,
  type FromTab,
  secretPath,
  type TabOptions,
  type ToTab,
} from '../../protocol/tab.ts';

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
  let server: Foretoken | undefined;
  let answerer: Answerer | undefined;

  function send(message: FromTab): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(encodeMessage(message));
  }

  async function load({
    model,
    modelDraft,
    slotSavePath,
    lookupCache,
    ...options
  }: TabOptions): Promise<void> {
    show('Loading the models');
    try {
      server = await createServer({
        ...options,
        model: absolute(model),
        ...(modelDraft === undefined ? {} : { modelDraft: absolute(modelDraft) }),
        ...(slotSavePath === undefined ? {} : { slotSavePath: absolute(slotSavePath).href }),
        ...(lookupCache === undefined ? {} : { lookupCache: absolute(lookupCache).href }),
        onLog: line => send({ kind: 'log', line }),
        signal: gone.signal,
      });
    } catch (error) {
      fail(ForetokenError.from(error));
      return;
    }
    void server.lost.then(fail);
    answerer = answerOver(server.exchange, send);
    send({ kind: 'ready', report: server.report });
    show('Answering requests; keep this tab open');
  }

  function fail(error: ForetokenError): void {
    send({ kind: 'failed', error: error.toWire() });
    show(`Stopped: ${error.message}`);
  }

  /** Closes the server while the process still reads and writes files. */
  async function close(): Promise<void> {
    await server?.close();
    socket.close();
  }

  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    const message = decodeMessage<ToTab>(new Uint8Array(data));
    switch (message.kind) {
      case 'load':
        void load(message.options);
        break;
      case 'close':
        void close();
        break;
      default:
        // The process sends requests only after `ready`.
        answerer?.receive(message);
    }
  };
  socket.onclose = () => {
    gone.abort();
    answerer?.end();
    void server?.close();
    show('The process that this tab answered for has ended, or another tab has its place; close this tab');
    window.close();
  };
}

function absolute(path: string): URL {
  return new URL(path, location.href);
}

function address(path: string): URL {
  const url = absolute(path);
  url.protocol = url.protocol.replace('http', 'ws');
  return url;
}
