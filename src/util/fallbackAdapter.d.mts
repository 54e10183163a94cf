/** Whether an adapter computes in software; not every software adapter says so. */
export function isFallbackAdapter(info: {
  readonly architecture: string;
  readonly isFallbackAdapter: boolean;
}): boolean;
