import { basename } from 'node:path';
import { invalid } from './labFlags.ts';

/** Whose browser runs the lab. */
export type LabHost =
  /** A Chromium of this machine; without a path the one that is found. */
  | { readonly kind: 'chromium'; readonly label: string | null; readonly path: string | null }
  /** A Firefox of this machine, driven over WebDriver BiDi. */
  | { readonly kind: 'firefox'; readonly label: string | null; readonly path: string | null }
  /** A Chromium somewhere else, behind a server of Playwright's or the DevTools protocol. */
  | {
      readonly kind: 'remote';
      readonly label: string | null;
      readonly protocol: 'playwright' | 'cdp';
      readonly url: string;
    };

/** `LABEL=` in front of a path or an address. */
const LABELLED = /^([A-Za-z0-9][\w .-]*)=(.*)$/s;

/** What stands after `--browser`. */
export function localHost(text: string): LabHost {
  const { label, rest } = labelled(text);
  if (rest === '') throw invalid(`no browser in --browser ${text}`);
  const isName = rest === 'chromium' || rest === 'firefox';
  // Chromium goes by many names, Firefox by one.
  const kind = /firefox/i.test(basename(rest)) ? 'firefox' : 'chromium';
  return { kind, label, path: isName ? null : rest };
}

/** What stands after `--remote`: DevTools are spoken over http, and over the web sockets that they hand out. */
export function remoteHost(text: string): LabHost {
  const { label, rest: url } = labelled(text);
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (!['ws:', 'wss:', 'http:', 'https:'].includes(protocol)) {
    throw invalid(
      `${url} is no address of a browser`,
      "give ws://… of a Playwright server, or http://… of Chromium's DevTools",
    );
  }
  const isCdp = protocol.startsWith('http') || /\/(devtools|cdp)(\/|$)/.test(new URL(url).pathname);
  return { kind: 'remote', label, protocol: isCdp ? 'cdp' : 'playwright', url };
}

/** What a host is called before its adapter is known. */
export function hostName(host: LabHost): string {
  if (host.label !== null) return host.label;
  if (host.kind === 'remote') return new URL(host.url).host;
  return host.path === null ? host.kind : basename(host.path);
}

function labelled(text: string): { readonly label: string | null; readonly rest: string } {
  const [, label, rest] = LABELLED.exec(text) ?? [];
  return label === undefined || rest === undefined ? { label: null, rest: text } : { label, rest };
}
