/** Whether `text` contains every word of a search, ignoring case. */
export function hasWords(text: string, search: string): boolean {
  const searched = text.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every(word => searched.includes(word));
}
