import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeHub } from '../../src/cli/hub/fakeHub.ts';
import { bundledFile, MOE_Q4_0 } from '../fixtures/models.ts';

/** Stands for huggingface.co: every repository has one model, a bundled one, whatever its name and type in a guide. */
export class HubHost {
  readonly #hub: FakeHub;
  readonly #server: Server;

  private constructor(hub: FakeHub) {
    this.#hub = hub;
    this.#server = createServer(selfSigned(), async (request, response) => {
      const { url = '', method = 'GET', headers } = request;
      const { range } = headers;
      const answer = await fetch(hub.endpoint + url, { method, headers: { ...(range && { range }) } });
      const body = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(body);
    });
  }

  static async open(): Promise<HubHost> {
    const files = { 'model-Q8_0.gguf': readFileSync(bundledFile(MOE_Q4_0)) };
    const host = new HubHost(await FakeHub.open(files, { hasEveryName: true }));
    await new Promise<void>(resolve => host.#server.listen(0, '127.0.0.1', resolve));
    return host;
  }

  /**
   * Flags with which Chromium finds this host. Playwright's own interception does not see the requests of an extension's offscreen
   * document.
   */
  get flags(): string[] {
    const { port } = this.#server.address() as AddressInfo;
    return [`--host-resolver-rules=MAP huggingface.co 127.0.0.1:${port}`, '--ignore-certificate-errors'];
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
    await this.#hub.close();
  }
}

/** Makes a key and a certificate that last for a day. */
function selfSigned(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'foretoken-hub-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  try {
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = ['-subj', '/CN=huggingface.co', '-days', '1'];
    execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], {
      stdio: 'pipe',
    });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
