import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const CONFIGURATION = fileURLToPath(new URL('../../deploy/haproxy/haproxy.cfg', import.meta.url));

/** Path of HAProxy, or null if it is not installed. */
export function findHaproxy(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map(folder => join(folder, 'haproxy')).find(existsSync) ?? null;
}

/** HAProxy with the configuration of deploy/haproxy, unchanged, in front of engines `a` and `b`. */
export class Balancer {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ports: { readonly clients: number; readonly operators: number };

  private constructor(child: ChildProcess, folder: string, ports: { clients: number; operators: number }) {
    this.#child = child;
    this.#folder = folder;
    this.#ports = ports;
  }

  /** Starts it; `ports` are those of the engines. */
  static async start(haproxy: string, ports: { readonly a: number; readonly b: number }): Promise<Balancer> {
    const folder = await mkdtemp(join(tmpdir(), 'foretoken-haproxy-'));
    const [clients, operators] = await freePorts(2);
    const child = spawn(haproxy, ['-db', '-f', CONFIGURATION], {
      env: {
        FORETOKEN_RUNTIME_SOCKET: join(folder, 'admin.sock'),
        FORETOKEN_CLIENTS: `127.0.0.1:${clients}`,
        FORETOKEN_OPERATORS: `127.0.0.1:${operators}`,
        FORETOKEN_A: `127.0.0.1:${ports.a}`,
        FORETOKEN_B: `127.0.0.1:${ports.b}`,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const balancer = new Balancer(child, folder, { clients, operators });
    // It opens its ports and its socket at once.
    while (!existsSync(join(folder, 'admin.sock'))) {
      if (child.exitCode !== null) throw new Error(`HAProxy ended with ${child.exitCode}`);
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    return balancer;
  }

  /** Address of a path at the door for clients. */
  clients(path: string): string {
    return `http://127.0.0.1:${this.#ports.clients}${path}`;
  }

  /** Address of a path at the door for operators. */
  operators(path: string): string {
    return `http://127.0.0.1:${this.#ports.operators}${path}`;
  }

  /** Runs a command of HAProxy's runtime API and returns its output. */
  async command(line: string): Promise<string> {
    const socket = connect(join(this.#folder, 'admin.sock'));
    socket.end(`${line}\n`);
    return text(socket);
  }

  /** State and number of open requests of an engine, as HAProxy sees them. */
  async engine(name: 'a' | 'b'): Promise<{ readonly status: string; readonly nOpen: number }> {
    const [header = '', ...rows] = (await this.command('show stat')).replace(/^# /, '').split('\n');
    const columns = header.split(',');
    const row = rows.find(line => line.startsWith(`engines,${name},`))?.split(',') ?? [];
    return {
      status: row[columns.indexOf('status')] ?? '',
      nOpen: Number(row[columns.indexOf('scur')]),
    };
  }

  async dispose(): Promise<void> {
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await ended;
    await rm(this.#folder, { recursive: true });
  }
}

/** Distinct ports that were free a moment ago. */
export async function freePorts<N extends number>(n: N): Promise<number[] & { readonly length: N }>;
export async function freePorts(n: number): Promise<number[]> {
  const servers = Array.from({ length: n }, () => createServer().listen(0, '127.0.0.1'));
  const ports: number[] = [];
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port is free');
    ports.push(address.port);
  }
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}
