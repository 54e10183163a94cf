/** Attributes of an element that may be wider than its place: keys scroll it once it has the focus. */
export function scrollable(name: string) {
  return { tabIndex: 0, role: 'region', 'aria-label': name } as const;
}
