/** Message for a browser that did not read or write conversations. */
export function libraryNotice(error: unknown): string {
  if (error instanceof Error && error.name === 'QuotaExceededError') {
    return 'The browser has no room left: the last changes of conversations were not stored. Delete models or conversations, or export them.';
  }
  return 'This browser does not let the page keep conversations: they last as long as this tab. Export those that you need.';
}
