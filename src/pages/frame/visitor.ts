/** Browser of the visitor, as far as advice differs. */
export interface Visitor {
  readonly browser: BrowserName;
  /** Whether the page came over https or from this machine, without which browsers hide WebGPU. */
  readonly isSecure: boolean;
}

export type BrowserName = 'Chromium' | 'Edge' | 'Firefox' | 'Safari' | 'other';

/** Patterns of `navigator.userAgent`, the first that fits. Every browser of iOS has Safari's engine. */
const PATTERNS: readonly (readonly [BrowserName, RegExp])[] = [
  ['Safari', /\b(?:CriOS|FxiOS|EdgiOS)\//],
  ['Edge', /\bEdg\//],
  ['Firefox', /\bFirefox\//],
  ['Chromium', /Chrom(?:e|ium)\//],
  ['Safari', /\bSafari\//],
];

export function browserName(userAgent: string): BrowserName {
  return PATTERNS.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? 'other';
}

export function thisVisitor(): Visitor {
  return { browser: browserName(navigator.userAgent), isSecure: window.isSecureContext };
}
