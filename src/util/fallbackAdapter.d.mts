/** Whether an adapter computes in software, which not every one of them says. */
export function isFallbackAdapter(info: {
  readonly architecture: string;
  readonly isFallbackAdapter: boolean;
}): boolean;
