/** Whether every word of a search stands somewhere in `text`, in capitals or not. */
export function hasWords(text: string, search: string): boolean {
  const searched = text.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every(word => searched.includes(word));
}
