import { basename } from 'node:path';
import { invalidOption } from '../../protocol/options/option.ts';

/** Browser to run the lab in. */
export type LabHost =
  /** Chromium of this machine; without a path it is found automatically. */
  | { readonly kind: 'chromium'; readonly label: string | null; readonly path: string | null }
  /** Firefox of this machine, driven over WebDriver BiDi. */
  | { readonly kind: 'firefox'; readonly label: string | null; readonly path: string | null }
  /** Chromium elsewhere, behind a Playwright server or the DevTools protocol. */
  | {
      readonly kind: 'remote';
      readonly label: string | null;
      readonly protocol: 'playwright' | 'cdp';
      readonly url: string;
    };

/** `LABEL=` in front of a path or an address. */
const LABELLED = /^([A-Za-z0-9][\w .-]*)=(.*)$/s;

/** Parses the value of `--browser`. */
export function localHost(text: string): LabHost {
  const { label, rest } = labelled(text);
  if (rest === '') throw invalidOption(`no browser in --browser ${text}; see foretoken lab --help`);
  const isName = rest === 'chromium' || rest === 'firefox';
  // Chromium has many names, Firefox one.
  const kind = /firefox/i.test(basename(rest)) ? 'firefox' : 'chromium';
  return { kind, label, path: isName ? null : rest };
}

/** Parses the value of `--remote`: DevTools are reached over http, or over the web sockets that they announce. */
export function remoteHost(text: string): LabHost {
  const { label, rest: url } = labelled(text);
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (!['ws:', 'wss:', 'http:', 'https:'].includes(protocol)) {
    throw invalidOption(
      `${url} is no address of a browser; give ws://… of a Playwright server, or http://… of Chromium's DevTools`,
    );
  }
  const isCdp = protocol.startsWith('http') || /\/(devtools|cdp)(\/|$)/.test(new URL(url).pathname);
  return { kind: 'remote', label, protocol: isCdp ? 'cdp' : 'playwright', url };
}

/** Name of a host before its adapter is known. */
export function hostName(host: LabHost): string {
  if (host.label !== null) return host.label;
  if (host.kind === 'remote') return new URL(host.url).host;
  return host.path === null ? host.kind : basename(host.path);
}

function labelled(text: string): { readonly label: string | null; readonly rest: string } {
  const [, label, rest] = LABELLED.exec(text) ?? [];
  return label === undefined || rest === undefined ? { label: null, rest: text } : { label, rest };
}
