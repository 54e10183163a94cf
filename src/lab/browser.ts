import type { Provenance } from '../report/index.ts';

type BrowserAndPlatform = Pick<Provenance, 'browser' | 'platform'>;

/** Names in user agents; a browser that also names another comes before that one. */
const NAMES = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'] as const;

/** Client hints, which some browsers lack. */
interface UserAgentData {
  readonly platform: string;
  readonly brands: readonly { readonly brand: string; readonly version: string }[];
  getHighEntropyValues(hints: readonly string[]): Promise<{
    readonly platformVersion?: string;
    readonly architecture?: string;
    readonly fullVersionList?: readonly { readonly brand: string; readonly version: string }[];
  }>;
}

/** Identifies the browser by its client hints, or else by its user agent. */
export async function browserOf(
  navigator: Pick<Navigator, 'userAgent' | 'hardwareConcurrency'> & {
    readonly userAgentData?: UserAgentData;
  },
): Promise<BrowserAndPlatform> {
  const { userAgent, hardwareConcurrency: processors, userAgentData } = navigator;
  const hints = await userAgentData
    ?.getHighEntropyValues(['platformVersion', 'architecture', 'fullVersionList'])
    // A refusal counts as no client hints.
    .catch(() => null);
  const brands = hints?.fullVersionList ?? userAgentData?.brands ?? [];
  // Skip the made-up brand, which keeps pages from relying on brands.
  const known = brands.filter(({ brand }) => !/not.*brand/i.test(brand));
  const brand = known.find(({ brand }) => brand !== 'Chromium') ?? known[0];
  const [name, version] = brand ? [brand.brand, brand.version] : fromUserAgent(userAgent);
  const platform = [userAgentData?.platform, hints?.platformVersion, hints?.architecture].filter(Boolean);
  return {
    browser: { name, version, userAgent },
    platform: {
      name: platform.join(' ') || /\(([^;)]*)/.exec(userAgent)?.[1] || '',
      ...(processors > 0 && { processors }),
    },
  };
}

function fromUserAgent(userAgent: string): [name: string, version: string] {
  for (const name of NAMES) {
    const [, version] = new RegExp(`${name}/([\\d.]+)`).exec(userAgent) ?? [];
    if (version) return [name === 'Edg' ? 'Edge' : name, version];
  }
  return ['unknown', ''];
}
