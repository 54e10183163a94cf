import type { AddressInfo, Server } from 'node:net';
import { ForetokenError } from '../util/errors.ts';

const LOOPBACK = ['localhost', '[::1]'];

/**
 * Lets `server` listen: on a socket of the file system if `host` ends in `.sock`, otherwise on a port. With `alone`, IPv6's
 * wildcard address covers IPv4 too. Throws `invalid_option` if the address is unavailable.
 */
export function listen(server: Server, host: string, port: number, alone: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ForetokenError('invalid_option', reasonOf(error, host, port))),
    );
    const address = isSocketFile(host) ? { path: host } : { port, host, ipv6Only: !alone };
    server.listen(address, resolve);
  });
}

/** Whether `host` is the path of a socket. */
export function isSocketFile(host: string): boolean {
  return host.endsWith('.sock');
}

/**
 * Whether a server that listens on `host` accepts the host name `given`. On loopback only names of this machine pass: an
 * attacker's name that resolves to 127.0.0.1 would make the responses readable for the attacker's page (DNS rebinding). The port
 * does not matter, because tunnels change it.
 */
export function isHostAllowed(given: string | undefined, host: string): boolean {
  if (!isLoopback(host)) return true;
  const name = (given ?? '').toLowerCase().replace(/:\d+$/, '');
  return LOOPBACK.includes(name) || /^127(\.\d{1,3}){3}$/.test(name);
}

/** Port that a server got. */
export function portOf(server: Server): number {
  const address: string | AddressInfo | null = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Address for a browser on this machine, ending with a slash. */
export function urlOf(host: string, port: number): string {
  // Pages of a server on a wildcard address are opened through loopback, where they may use WebGPU without a certificate.
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}/`;
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\..*|(0*:)*:?0*1)$/i.test(host);
}

function reasonOf({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (isSocketFile(host)) {
    return code === 'EADDRINUSE'
      ? `${host} is in use, or was left behind; remove it, or choose another with --host`
      : `cannot listen on ${host} (${message}); choose another with --host`;
  }
  return code === 'EADDRINUSE'
    ? `port ${port} of ${host} is in use; choose another with --port, or 0 for any`
    : `cannot listen on ${host}, port ${port} (${message}); choose others with --host and --port`;
}
