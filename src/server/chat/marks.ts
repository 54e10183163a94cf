/** Cuts off an ending that further text could complete to one of `marks`. */
export function settled(text: string, marks: readonly string[]): string {
  const longest = marks.reduce((max, mark) => Math.max(max, mark.length), 0);
  for (let at = Math.max(0, text.length - longest + 1); at < text.length; at++) {
    const end = text.slice(at);
    if (marks.some(mark => mark.startsWith(end))) return text.slice(0, at);
  }
  return text;
}
