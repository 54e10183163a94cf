/** Marks a place in a group of sorted choices that no choice takes. */
export const NO_CHOICE = 0xffffffff;

/**
 * Sorts choices by expert, `ids` [choices], into groups of up to `size` of one expert: their indices, in ascending order of the
 * experts and of the choices. Places that a group does not need are `NO_CHOICE`.
 */
export function sortChoices(ids: ArrayLike<number>, size: number): Uint32Array<ArrayBuffer> {
  const choicesOf = new Map<number, number[]>();
  Array.from(ids).forEach((id, choice) => {
    choicesOf.set(id, [...(choicesOf.get(id) ?? []), choice]);
  });
  const sorted = [...choicesOf.keys()]
    .sort((a, b) => a - b)
    .flatMap(id => {
      const choices = choicesOf.get(id) ?? [];
      const nUnused = (size - (choices.length % size)) % size;
      return [...choices, ...Array<number>(nUnused).fill(NO_CHOICE)];
    });
  return Uint32Array.from(sorted);
}
