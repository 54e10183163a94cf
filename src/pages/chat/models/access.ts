import type { StoreAccess } from '../../../client/index.ts';

/** Way to the Hub: which server, as whom, and whether this machine remembers both. */
export interface HubAccess {
  /** Address of a server with the Hub's API, without a slash at its end; empty for the Hub itself. */
  readonly endpoint: string;
  /** Access token of this endpoint; empty for none. */
  readonly token: string;
  readonly isRemembered: boolean;
}

export const HUB_ADDRESS = 'https://huggingface.co';

/** Access to what is public on the Hub. */
export const PUBLIC_HUB: HubAccess = { endpoint: '', token: '', isRemembered: false };

const KEY = 'foretoken.hub';
const NO_ADDRESS = 'This is no address of a server. It looks like https://hub.example.com.';

/** Options of `createServer`, `estimate` and `ModelStore` for this access. */
export function storeAccess({ endpoint, token }: HubAccess): StoreAccess {
  return { ...(endpoint !== '' && { hfEndpoint: endpoint }), ...(token !== '' && { hfToken: token }) };
}

/** Page for people of a repository, or of another path. */
export function hubPage({ endpoint }: HubAccess, path: string): string {
  return `${endpoint || HUB_ADDRESS}/${path}`;
}

/** Access with another endpoint. A token belongs to its endpoint: no other server may get it. */
export function withEndpoint(access: HubAccess, endpoint: string): HubAccess {
  return { ...access, endpoint, token: endpoint === access.endpoint ? access.token : '' };
}

/** Access as it was typed, without what people add by mistake. The Hub's own address is the default. */
export function tidyAccess(access: HubAccess): HubAccess {
  const typed = access.endpoint.trim().replace(/\/+$/, '');
  const address = typed === '' || /^[a-z]+:\/\//i.test(typed) ? typed : `https://${typed}`;
  return { ...access, endpoint: address === HUB_ADDRESS ? '' : address, token: access.token.trim() };
}

/** Says what is wrong with a tidy access; null if nothing is. */
export function accessFault({ endpoint, token }: HubAccess): string | null {
  if (/[^\x21-\x7e]/.test(token)) return 'A token has letters, digits and underscores only. Copy it again.';
  if (endpoint === '') return null;
  if (!URL.canParse(endpoint)) return NO_ADDRESS;
  const url = new URL(endpoint);
  if (url.username !== '' || url.search !== '' || url.hash !== '') return NO_ADDRESS;
  const isLocal = url.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(url.hostname);
  return url.protocol === 'https:' || isLocal
    ? null
    : 'The page connects to https addresses, and to http only on this machine.';
}

/** Reads the access that this machine remembers. */
export function loadAccess(storage: () => Storage): HubAccess {
  try {
    const stored: unknown = JSON.parse(storage().getItem(KEY) ?? 'null');
    if (typeof stored !== 'object' || stored === null) return PUBLIC_HUB;
    const { endpoint, token }: Record<string, unknown> = { ...stored };
    if (typeof endpoint !== 'string' || typeof token !== 'string') return PUBLIC_HUB;
    const access = { endpoint, token, isRemembered: true };
    return accessFault(access) === null ? access : PUBLIC_HUB;
  } catch {
    // Use what is public if there is no storage, or no access to it.
    return PUBLIC_HUB;
  }
}

/** Stores an access if the user wants it remembered, and otherwise removes the one before. */
export function saveAccess(storage: () => Storage, { endpoint, token, isRemembered }: HubAccess): void {
  try {
    if (isRemembered) storage().setItem(KEY, JSON.stringify({ endpoint, token }));
    else storage().removeItem(KEY);
  } catch {
    // Ignore a refusal, as in private windows and on full disks.
  }
}
