import type { AdapterReport } from '../../../client/index.ts';
import { type BrowserName, browserName } from '../../frame/visitor.ts';

/** Browser and device, as the browser describes them. */
export interface BrowserFacts {
  readonly userAgent: string;
  /** Memory of the device in bytes; null if it is large or not told. */
  readonly memoryBytes: number | null;
}

/** Gigabytes from which on browsers tell no difference. */
const MOST_TOLD_GB = 8;

/** Reads the facts of a `navigator`. */
export function browserFacts({
  userAgent,
  deviceMemory,
}: Pick<Navigator, 'userAgent'> & { readonly deviceMemory?: number }): BrowserFacts {
  const isTold = deviceMemory !== undefined && deviceMemory < MOST_TOLD_GB;
  return { userAgent, memoryBytes: isTold ? deviceMemory * 1e9 : null };
}

/** Adapter in words. */
export interface AdapterText {
  readonly name: string;
  /** Advice where a real GPU would be faster, or is missing; null otherwise. */
  readonly hint: string | null;
}

/** Describes the adapter that answered. */
export function adapterText(adapter: AdapterReport, userAgent: string): AdapterText {
  const { vendor, architecture, description, isFallback } = adapter;
  const name = description || [vendor, architecture].filter(Boolean).join(' ') || 'a GPU without a name';
  if (!isFallback) return { name, hint: null };
  return {
    name,
    hint: `This is no GPU: the processor computes in its place, which is enough for Stories and slow for anything larger. ${WHY[browserName(userAgent)]}`,
  };
}

/** Where a browser says why it uses no GPU. */
const WHY: Readonly<Record<BrowserName, string>> = {
  Chromium:
    'chrome://gpu says why; often it helps to turn on graphics acceleration in chrome://settings/system, or to update the graphics driver.',
  Edge: 'edge://gpu says why; often it helps to turn on graphics acceleration in edge://settings/system.',
  Firefox: 'about:support says why, under Graphics; a current graphics driver often helps.',
  Safari: 'Safari uses the GPU of the Mac; a virtual machine may have none.',
  other: 'The browser’s page about graphics says why.',
};
