/**
 * Cosine and sine of every rotation of RoPE (Su et al. 2021), as [position][nRot / 2][cos, sin].
 *
 * Pair i of a head turns at `position` by position · freqScale · freqBase^(-2i / nRot) / freqFactors[i], computed in
 * double precision and rounded once. `freqFactors` are the values of `rope_freqs.weight`, where a model has it.
 */
export function ropeTable(
  nPositions: number,
  nRot: number,
  freqBase: number,
  freqScale: number,
  freqFactors?: Float32Array,
): Float32Array<ArrayBuffer> {
  const nPairs = nRot / 2;
  const table = new Float32Array(nPositions * nRot);
  for (let pair = 0; pair < nPairs; pair++) {
    const frequency = (freqScale * freqBase ** ((-2 * pair) / nRot)) / (freqFactors?.[pair] ?? 1);
    for (let position = 0; position < nPositions; position++) {
      const at = 2 * (position * nPairs + pair);
      table[at] = Math.cos(position * frequency);
      table[at + 1] = Math.sin(position * frequency);
    }
  }
  return table;
}
